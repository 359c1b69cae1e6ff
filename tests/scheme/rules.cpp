// Update rules under every scheme: golden values of an independent implementation, learning with
// shared and with own state, bits that do not depend on who made them, sparse rows, norms, and what
// is refused.
#include "catch.hpp"

#include "golden/rules.hpp"
#include "support/made_data.hpp"
#include "support/scripted.hpp"
#include "support/training.hpp"

#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/train/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

using namespace peccary;

namespace {

std::vector<std::string> rule_names() {
    std::vector<std::string> names;
    rules::for_each([&](auto tag) { names.emplace_back(decltype(tag)::type::info.name); });
    return names;
}

bool has_state(const std::string& name) { return rule_of({.name = name}).info.state_count() > 0; }

/// Calls `check(settings)` for every rule with each way to keep its state that the scheme takes.
template <class Check>
void with_rules(const scheme_info& of, Check check) {
    for (const std::string& name : rule_names()) {
        for (const rule_state state : {rule_state::automatic, rule_state::shared, rule_state::worker}) {
            const bool stateless = state != rule_state::automatic && !has_state(name);
            const bool unmergeable =
                state == rule_state::shared && of.stale == stale_writes::merges && rule_of({.name = name}).info.forgets;
            if (!stateless && !unmergeable) {
                CAPTURE(name, static_cast<int>(state));
                check(rule_settings{.name = name, .state = state});
            }
        }
    }
}

/// The rest of a run from `before`, which is a `snapshot`.
template <class Objective, class Data>
std::vector<real> continued(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings,
                            const run_position& position, std::span<const real> before) {
    stop_flag never;
    const auto rows = all_rows(data.size());
    planned_run run(make_problem(objective, data), which, rows, settings, never);
    run.restore(position, before);
    while (!run.finished()) {
        REQUIRE(run.run_epoch() == epoch_end::complete);
    }
    return run.snapshot();
}

/// A snapshot before the first update.
template <class Objective, class Data>
std::vector<real> initial(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings) {
    stop_flag never;
    const auto rows = all_rows(data.size());
    return planned_run(make_problem(objective, data), which, rows, settings, never).snapshot();
}

template <class Objective, class Data>
std::vector<real> whole(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings) {
    return continued(which, objective, data, settings, {}, initial(which, objective, data, settings));
}

/// A network that asks for a stop at a batch, counted from 1. For one worker.
class stopping_network : public mlp {
public:
    stopping_network(mlp network, stop_flag& stop, std::uint64_t after) : mlp(std::move(network)), stop_(&stop), left_(after) {}

    template <dataset_view Data, class View>
    real differentiate(const Data& data, std::span<const row_index> rows, const View& view, gradient& result) const {
        count();
        return mlp::differentiate(data, rows, view, result);
    }
    template <dataset_view Data, class View>
    real differentiate_slice(const Data& data, std::span<const row_index> rows, const View& view, gradient& result, std::size_t from,
                             std::size_t to) const {
        count();
        return mlp::differentiate_slice(data, rows, view, result, from, to);
    }

private:
    void count() const {
        if (--left_ == 0) {
            stop_->request();
        }
    }

    stop_flag* stop_;
    mutable std::uint64_t left_;
};

} // namespace

TEST_CASE("networks are trained as by an independent implementation, clipped or not") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const std::vector<real> values(std::begin(golden::rules::rows), std::end(golden::rules::rows));
    const std::vector<real> targets(std::begin(golden::rules::targets), std::end(golden::rules::targets));
    const dense_view data{.values = values, .targets = targets, .weights = {}, .columns = golden::rules::features};
    const mlp objective(golden::rules::features, {golden::rules::hidden}, golden::rules::classes, "tanh");
    REQUIRE(std::size(golden::rules::trainings) == rules::size);
    with_rules(which.info, [&](rule_settings rule) {
        const auto* const expected = std::ranges::find(golden::rules::trainings, rule.name, &golden::rules::training::rule);
        REQUIRE(expected != std::end(golden::rules::trainings));
        for (const bool clipped : {false, true}) {
            // Where all workers make each update together, their number does not matter.
            for (const unsigned workers : {1U, which.info.collective ? 3U : 1U}) {
                CAPTURE(clipped, workers);
                rule.clip_norm = clipped ? std::optional(golden::rules::bound) : std::nullopt;
                const train_settings settings{.workers = workers,
                                              .epochs = golden::rules::updates,
                                              .step = expected->step,
                                              .schedule = "constant",
                                              .rule = rule,
                                              .batch = targets.size(),
                                              .l2 = clipped ? golden::rules::l2 : 0.0};
                std::vector<real> start = initial(which, objective, data, settings);
                const double* next = golden::rules::parameters;
                const parameter_layout layout = objective.layout();
                for (const parameter_span& span : layout.spans()) {
                    for (std::size_t i = 0; i < span.size; ++i) {
                        start[span.offset + i] = static_cast<real>(*next++);
                    }
                }
                REQUIRE(next == std::end(golden::rules::parameters));
                const auto end = continued(which, objective, data, settings, {}, start);
                const double* trained = (clipped ? expected->clipped : expected->plain).data();
                for (const parameter_span& span : layout.spans()) {
                    for (std::size_t i = 0; i < span.size; ++i) {
                        CAPTURE(span.name, i);
                        REQUIRE(end[span.offset + i] == Approx(*trained++).epsilon(2e-4).margin(2e-5));
                    }
                }
            }
        }
    });
}

TEST_CASE("every rule learns, whoever keeps its state") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto dense = test::make_dense(target_kind::multiclass, 200, 20, 1);
    const auto sparse = test::make_sparse(target_kind::multiclass, 200, 60, 1);
    with_rules(which.info, [&](rule_settings rule) {
        rule.clip_norm = 5;
        const auto learn = [&](const auto& data, unsigned workers) {
            CAPTURE(workers);
            const mlp objective(data.features(), {12}, 3, "tanh");
            const double step = rule.name == "sgd" ? 0.2 : rule.name == "adagrad" ? 0.1 : 0.02;
            const train_settings settings =
                test::reproducible(which.info, {.workers = which.info.parallel ? workers : 1,
                                                .epochs = 12,
                                                .step = step * test::step_factor(which.info, which.info.parallel ? workers : 1),
                                                .rule = rule,
                                                .batch = 10,
                                                .seed = 3});
            stop_flag never;
            const auto rows = all_rows(data.size());
            planned_run run(make_problem(objective, data), which, rows, settings, never);
            const double before = run.evaluate_on(*make_problem(objective, data), rows).mean_loss;
            while (!run.finished()) {
                REQUIRE(run.run_epoch() == epoch_end::complete);
            }
            REQUIRE(run.evaluate_on(*make_problem(objective, data), rows).mean_loss < 0.8 * before);
            worker_statistics all;
            for (const auto& worker : run.statistics()) {
                all.merge(worker);
            }
            REQUIRE(all.updates == 12 * 20);
        };
        for (const unsigned workers : {1U, 8U}) {
            learn(dense.view(), workers);
            learn(sparse.view(), workers);
        }
    });
}

TEST_CASE("a run by a rule that was resumed has the bits of one that was not") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_dense(target_kind::multiclass, 100, 20, 1);
    const mlp objective(20, {8}, 3);
    const auto rows = all_rows(100);
    with_rules(which.info, [&](rule_settings rule) {
        rule.clip_norm = 0.5;
        const train_settings settings{.workers = 1, .epochs = 4, .step = 0.03, .rule = rule, .batch = 10};
        stop_flag never;
        planned_run before(make_problem(objective, data.view()), which, rows, settings, never);
        before.run_epoch();
        before.run_epoch();
        const auto resumed = continued(which, objective, data.view(), settings, before.position(), before.snapshot());
        REQUIRE(resumed == whole(which, objective, data.view(), settings));
    });
}

TEST_CASE("a run by a rule goes on within an epoch with the same bits") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (which.info.deterministic) {
        const auto data = test::make_sparse(target_kind::multiclass, 200, 30, 1);
        const mlp objective(30, {8}, 3);
        const train_settings whole_run{.workers = 1, .epochs = 2, .step = 0.03, .rule = {.name = "adam", .clip_norm = 1}, .batch = 10};
        stop_flag stop;
        const auto rows = all_rows(200);
        const stopping_network stopped(objective, stop, 27);
        planned_run run(make_problem(stopped, data.view()), which, rows, whole_run, stop);
        epoch_end end = epoch_end::complete;
        while (end == epoch_end::complete && !run.finished()) {
            end = run.run_epoch();
        }
        REQUIRE(end == epoch_end::interrupted);
        REQUIRE(run.position().update > 0);
        REQUIRE(continued(which, objective, data.view(), whole_run, run.position(), run.snapshot()) ==
                whole(which, objective, data.view(), whole_run));
    }
}

TEST_CASE("the bits of synchronous do not depend on the number of workers, nor on whose the state is") {
    const auto dense = test::make_dense(target_kind::multiclass, 203, 40, 1);
    const auto sparse = test::make_sparse(target_kind::multiclass, 203, 90, 1);
    for (const std::string& name : rule_names()) {
        for (const bool clipped : {false, true}) {
            const auto check = [&](const auto& data) {
                const mlp objective(data.features(), {24, 20}, 3, "gelu");
                std::vector<real> first;
                for (const unsigned workers : {1U, 2U, 3U, 5U}) {
                    for (const rule_state state : {rule_state::automatic, has_state(name) ? rule_state::worker : rule_state::automatic}) {
                        CAPTURE(name, clipped, workers);
                        const rule_settings rule{.name = name, .state = state, .clip_norm = clipped ? std::optional(0.01) : std::nullopt};
                        const train_settings settings{.workers = workers, .epochs = 2, .step = 0.05, .rule = rule, .batch = 50, .l2 = 0.01};
                        const auto end = whole(entry_of<synchronous>(), objective, data, settings);
                        first = first.empty() ? end : first;
                        REQUIRE(end == first);
                    }
                }
            };
            check(dense.view());
            check(sparse.view());
        }
    }
}

TEST_CASE("features that a batch does not have rest, and those that it has are transformed once an update") {
    // Two rows share feature 1; they have 2 and 4 by themselves, and no others.
    test::sparse_set data;
    data.storage.columns = 6;
    data.append({1, 2}, {1, 1}, 0);
    data.append({1, 4}, {1, 1}, 0);
    const mlp objective(6, {}, 2);
    const train_settings settings{
        .workers = 1, .epochs = 1, .step = 0.125, .schedule = "constant", .rule = {.name = "adam"}, .batch = 2, .l2 = 0.0};
    stop_flag never;
    const auto rows = all_rows(2);
    planned_run run(make_problem(objective, data.view()), entry_of<sequential>(), rows, settings, never);
    const auto weights = run.model().exclusive(run.model().layout().find("layer1.weights"));
    const auto moments = run.model().exclusive(run.model().layout().find("first_moment"));
    const std::vector<real> start(weights.begin(), weights.end());
    REQUIRE(run.run_epoch() == epoch_end::complete);
    for (std::size_t feature = 0; feature < 6; ++feature) {
        for (std::size_t output = 0; output < 2; ++output) {
            CAPTURE(feature, output);
            const std::size_t at = feature * 2 + output;
            const bool met = feature == 1 || feature == 2 || feature == 4;
            // The first step of Adam goes as far as it may, towards the class of all rows.
            const double moved = met ? (output == 0 ? 0.125 : -0.125) : 0;
            REQUIRE(weights[at] == Approx(start[at] + moved).margin(1e-5));
            REQUIRE((moments[at] != 0) == met);
        }
    }
    // The feature that both rows have was transformed once, with the sum of what they add.
    REQUIRE(moments[2] == Approx(moments[4] + moments[8]).epsilon(1e-5));
}

TEST_CASE("a bound that no gradient reaches changes nothing, and one that all reach makes all steps as long") {
    const auto data = test::make_dense(target_kind::multiclass, 100, 10, 1);
    const mlp objective(10, {6}, 3);
    train_settings settings{.workers = 1, .epochs = 1, .step = 0.5, .schedule = "constant", .batch = 100, .l2 = 0.0};
    const auto start = initial(entry_of<sequential>(), objective, data.view(), settings);
    const auto moved = [&](std::optional<double> bound) {
        settings.rule.clip_norm = bound;
        const auto end = continued(entry_of<sequential>(), objective, data.view(), settings, {}, start);
        double squares = 0;
        for (std::size_t i = 0; i < end.size(); ++i) {
            squares += std::pow(double{end[i]} - start[i], 2);
        }
        return std::sqrt(squares);
    };
    const double freely = moved(std::nullopt);
    REQUIRE(moved(1e6) == Approx(freely).epsilon(1e-5));
    for (const double bound : {0.001, 0.01}) {
        REQUIRE(bound < freely / 0.5);
        REQUIRE(moved(bound) == Approx(0.5 * bound).epsilon(1e-3));
    }
}

TEST_CASE("the step is calibrated with the rule that the run will have") {
    const auto data = test::make_dense(target_kind::multiclass, 2000, 20, 1);
    const mlp objective(20, {16}, 3);
    const auto rows = all_rows(2000);
    std::vector<double> steps;
    for (const std::string& name : rule_names()) {
        CAPTURE(name);
        const update_rule rule = rule_of({.name = name});
        const auto task = make_problem(objective, data.view());
        const calibration found = calibrate(*task, rows, 20, 1e-4, 10, 1, rule);
        calibration_sample sample(*task, rows, 20, 1e-4, 1, rule, 0);
        REQUIRE(found.sample_objective < 0.8 * sample.try_step(1e-12));
        // trying leaves no trace in the state
        REQUIRE(sample.try_step(found.step) == sample.try_step(found.step));
        steps.push_back(found.step);
    }
    REQUIRE(steps.back() < 0.2 * steps.front()); // adam and sgd
}

TEST_CASE("lost updates of a network are counted with any rule") {
    const auto data = test::make_sparse(target_kind::multiclass, 200, 30, 1);
    const auto rows = all_rows(200);
    diagnostic_ledger ledger(feature_frequency(data.view(), rows));
    const diagnosed<mlp> objective(mlp(30, {6}, 3), ledger);
    const train_settings settings{.workers = 1, .epochs = 2, .step = 0.01, .rule = {.name = "adam", .clip_norm = 0.1}, .batch = 10};
    stop_flag never;
    planned_run run(make_problem(objective, data.view()), entry_of<hogwild>(), rows, settings, never);
    while (!run.finished()) {
        REQUIRE(run.run_epoch() == epoch_end::complete);
    }
    const diagnosis found = ledger.found(run.model().exclusive(run.model().layout().find("shadow")));
    REQUIRE(found.adds == 2 * data.storage.values.size());
    REQUIRE(found.lost == 0);
    const train_settings plain{.workers = 1, .epochs = 2, .step = 0.01, .rule = settings.rule, .batch = 10};
    const auto expected = whole(entry_of<hogwild>(), mlp(30, {6}, 3), data.view(), plain);
    const auto weights = run.model().exclusive();
    REQUIRE(std::equal(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(mlp(30, {6}, 3).layout().size()), expected.begin()));
}

TEMPLATE_LIST_TEST_CASE("delay is compensated by what others did to the weights between a read and its add", "", compensations) {
    // Worker 1 reads, worker 0 adds, worker 1 adds: of plain formulas, in double precision.
    constexpr compensation_info info = TestType::info;
    CAPTURE(info.name);
    const auto dense = test::make_dense(target_kind::multiclass, 2, 7, 3);
    const auto sparse = test::make_sparse(target_kind::multiclass, 2, 7, 4);
    const auto check = [&](const auto& data) {
        const mlp objective(7, {}, 3);
        constexpr double step = 0.5;
        const std::optional<double> lambda = info.lambda > 0 ? std::optional(3.0) : std::nullopt;
        applied_rule applied(rule_of({.compensation = std::string(info.name), .lambda = lambda, .clip_norm = 1e9}), objective.layout(),
                             objective.layout());
        const parameters states = own_state(2, applied); // mean squares that the test knows
        const auto run = test::run_scripted(entry_of<hogwild>(), objective, data, 2, {.beginning = {0, 1, 0, 1}, .cycle = {0, 1}}, 1, {},
                                            step, {}, &applied);
        const auto gradient_of = [&](row_index row) { // at zero
            parameters zero(objective.layout());
            exclusive access;
            auto scratch = objective.make_gradient(data, 1);
            const shared_view view(zero.base(), access);
            objective.differentiate(data, std::span(&row, 1), view, scratch);
            objective.apply(data, std::span(&row, 1), scratch, view, -1);
            return std::vector<double>(zero.exclusive().begin(), zero.exclusive().end());
        };
        const auto first = gradient_of(0);
        const auto second = gradient_of(1);
        double furthest = 0;
        for (std::size_t i = 0; i < first.size(); ++i) {
            const double moved = -step * first[i];
            const double g = second[i];
            const double factor = !info.has_state ? lambda.value_or(0) : *lambda / std::sqrt(0.05 * g * g + 1e-7);
            REQUIRE(run.model.exclusive()[i] == Approx(moved - step * (g + factor * g * g * moved)).epsilon(1e-4).margin(1e-6));
            furthest = std::max(furthest, std::abs(factor * g * g * moved));
        }
        REQUIRE((furthest > 0.01) == (info.lambda > 0));
    };
    check(dense.view());
    check(sparse.view());
}

TEST_CASE("compensation goes with every rule where there is delay, changes nothing where there happens to be none") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::multiclass, 200, 60, 1);
    const mlp objective(60, {8}, 3, "tanh");
    for (const char* const compensation : {"constant", "adaptive"}) {
        with_rules(which.info, [&](rule_settings rule) {
            CAPTURE(compensation);
            train_settings settings{.workers = 1, .epochs = 4, .step = 0.02, .rule = rule, .batch = 10};
            const auto without = whole(which, objective, data.view(), settings);
            settings.rule.compensation = compensation;
            if (which.info.stale != stale_writes::updates) {
                REQUIRE_THROWS_AS(whole(which, objective, data.view(), settings), usage_error);
            } else {
                const auto with = whole(which, objective, data.view(), settings);
                for (std::size_t i = 0; i < objective.layout().size(); ++i) {
                    REQUIRE(with[i] == Approx(without[i]).epsilon(1e-4).margin(1e-5));
                }
                settings.workers = 8;
                settings = test::reproducible(which.info, settings);
                stop_flag never;
                const auto rows = all_rows(200);
                planned_run run(make_problem(objective, data.view()), which, rows, settings, never);
                const double before = run.evaluate_on(*make_problem(objective, data.view()), rows).mean_loss;
                while (!run.finished()) {
                    REQUIRE(run.run_epoch() == epoch_end::complete);
                }
                REQUIRE(run.evaluate_on(*make_problem(objective, data.view()), rows).mean_loss < before);
            }
        });
    }
}

TEST_CASE("rules are refused where they have no meaning") {
    const auto data = test::make_sparse(target_kind::binary, 20, 10, 1);
    const auto classes = test::make_sparse(target_kind::multiclass, 20, 10, 1);
    const auto rows = all_rows(20);
    stop_flag never;
    for (const rule_settings& rule : {rule_settings{.name = "adam"}, rule_settings{.clip_norm = 1}}) {
        const auto start = [&] {
            planned_run(make_problem(linear<logistic>(10, false), data.view()), entry_of<hogwild>(), rows, {.step = 1, .rule = rule},
                        never);
        };
        REQUIRE_THROWS_WITH(start(),
                            "update rules other than 'sgd', and bounds on the gradient's norm, are for networks; a linear model is "
                            "one without hidden layers (--objective mlp --layers none)");
    }
    const auto merged = [&] {
        planned_run(make_problem(mlp(10, {}, 3), classes.view()), entry_of<replicas>(), rows,
                    {.step = 1, .rule = {.name = "adam", .state = rule_state::shared}}, never);
    };
    REQUIRE_THROWS_WITH(merged(),
                        "the scheme 'replicas' adds up what workers change in copies of their own, and the state of 'adam', a moving mean, "
                        "cannot be added up; leave each worker its own (--rule-state worker)");
}

TEST_CASE("an update that is made again is the same, and moves a worker's own state once") {
    const mlp objective(3, {}, 2);
    applied_rule rule(rule_of({.name = "momentum", .state = rule_state::worker}), objective.layout(), objective.layout());
    parameters own = own_state(1, rule);
    const std::vector<real> gradient{1, -2, 3, -4, 5, -6};
    rule_update worker(rule, 0);
    view_through<exclusive> view;
    const auto update = [&](std::uint64_t number) {
        parameters changed(objective.layout());
        view.aim(changed.base(), {});
        worker.run(view, 1, real{0.5}, number, [&](const parameter_view& to, real mean) { to.add_block(0, gradient, -mean); });
        return std::vector<real>(changed.exclusive().begin(), changed.exclusive().end());
    };
    worker.renew();
    const auto first = update(1);
    CHECK(first[0] == real{-0.5});
    CHECK(update(1) == first);
    const std::vector<real> state(own.exclusive().begin(), own.exclusive().end());
    CHECK(state[0] == real{1});
    worker.renew();
    CHECK(update(2)[0] == Approx(-0.5 * 1.9));
}
