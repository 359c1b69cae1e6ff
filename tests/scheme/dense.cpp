// Every scheme of the list trains a multilayer perceptron, an objective that is evaluated a batch
// at a time: it learns the optical digits, its tallies add up, deterministic ones give the same
// bits, and a resumed run those of one that was not interrupted.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/newton.hpp"
#include "support/training.hpp"

#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/csv.hpp"
#include "peccary/data/labels.hpp"
#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/train.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace peccary;

namespace {

struct digits {
    explicit digits(const std::string& name) {
        file_source source(std::string(PECCARY_DATA) + "/" + name);
        rows = read_csv(source, {}).data;
        // 0 ... 9 are the classes and their labels
        targets.assign(rows.labels.begin(), rows.labels.end());
        for (real& pixel : rows.values) {
            pixel /= 16;
        }
    }
    dense_view view() const { return rows.view(targets); }

    dense_dataset rows;
    std::vector<real> targets;
};

unsigned worker_count(const scheme_info& info) { return info.parallel ? 4 : 1; }

/// Steps here are for batches of this size, which workers do not share out.
std::uint64_t batch_of_one_worker(const scheme_info& of) {
    return default_batch(of, {.default_batch = mlp::default_batch, .least_batch = mlp::least_batch}, 1);
}

} // namespace

TEST_CASE("a network of two hidden layers reads digits that it has not seen") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const digits training("digits.csv");
    const digits test("digits.test.csv");
    const mlp objective(64, {32, 32}, 10);
    const auto rows = all_rows(training.view().size());
    // With a step of 0.3 round robin sways: each update is three behind.
    const train_settings settings = test::reproducible(
        which.info, {.workers = worker_count(which.info), .epochs = 40, .step = 0.15, .batch = batch_of_one_worker(which.info), .seed = 1});
    stop_flag never;
    planned_run run(make_problem(objective, training.view()), which, rows, settings, never);
    while (!run.finished()) {
        const epoch_end end = run.run_epoch();
        run.require_finite(end, 0);
    }
    const auto seen = run.evaluate_on(*make_problem(objective, test.view()), all_rows(test.view().size()));
    REQUIRE(seen.accuracy >= 0.93);
}

TEST_CASE("layer by layer, one worker has the same bits, and many learn") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const digits training("digits.csv");
    const mlp whole(64, {32, 32}, 10);
    const mlp layerwise(64, {32, 32}, 10, "relu", "softmax", 0, true);
    const auto trained = [&](const mlp& objective, unsigned workers) {
        return test::run(which, objective, training.view(),
                         {.workers = workers, .epochs = 3, .step = 0.15, .staleness = staleness_mode::exact});
    };
    if (which.info.stale != stale_writes::updates) {
        REQUIRE_THROWS_WITH(trained(layerwise, 1), Catch::Matchers::Contains(std::string(which.info.name)) &&
                                                       Catch::Matchers::Contains("gains nothing layer by layer"));
        return;
    }
    REQUIRE(trained(layerwise, 1).buffer == trained(whole, 1).buffer);
    const auto rows = all_rows(training.view().size());
    const train_settings settings = test::reproducible(
        which.info, {.workers = worker_count(which.info), .epochs = 3, .step = 0.15, .batch = batch_of_one_worker(which.info)});
    stop_flag never;
    planned_run many(make_problem(layerwise, training.view()), which, rows, settings, never);
    while (!many.finished()) {
        REQUIRE(many.run_epoch() == epoch_end::complete);
    }
    // serially 0.9
    REQUIRE(many.evaluate_on(*make_problem(layerwise, training.view()), rows).accuracy > 0.6);
}

TEST_CASE("a rule that needs the whole gradient is not for layer by layer") {
    const digits training("digits.csv");
    const mlp layerwise(64, {32}, 10, "relu", "softmax", 0, true);
    for (const rule_settings& rule :
         {rule_settings{.name = "adam"}, rule_settings{.clip_norm = 1}, rule_settings{.compensation = "constant"}}) {
        REQUIRE_THROWS_WITH(test::run<hogwild>(layerwise, training.view(), {.workers = 2, .epochs = 1, .step = 0.1, .rule = rule}),
                            Catch::Matchers::Contains("needs the whole gradient"));
    }
}

TEST_CASE("a network of sparse rows learns, and its tallies add up") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    test::with_executors(which.info, {1, 3}, [&](const std::string& executor, unsigned workers) {
        struct {
            const char* output;
            target_kind kind;
            std::uint64_t batch;
            // small where copies of several workers are added up after many updates, and for
            // squares, which bend more
            double step;
        } const problems[] = {{"softmax", target_kind::multiclass, 1, 0.1},
                              {"softmax", target_kind::multiclass, 20, 0.3},
                              {"logistic", target_kind::binary, 20, 0.3},
                              {"squared", target_kind::regression, 20, 0.05}};
        for (const auto& [output, kind, batch, step] : problems) {
            CAPTURE(executor, workers, output, batch);
            const auto data = test::make_sparse(kind, 603, 200, 1);
            const mlp objective(200, {16}, kind == target_kind::multiclass ? 3 : 2, "tanh", output);
            const auto rows = all_rows(603);
            const train_settings settings{.executor = executor,
                                          .workers = workers,
                                          .epochs = 5,
                                          .step = step * test::step_factor(which.info, workers),
                                          .batch = batch,
                                          .staleness = staleness_mode::exact};
            stop_flag never;
            planned_run run(make_problem(objective, data.view()), which, rows, settings, never);
            const double before = run.evaluate_on(*make_problem(objective, data.view()), rows).mean_loss;
            while (!run.finished()) {
                REQUIRE(run.run_epoch() == epoch_end::complete);
            }
            if (test::is_reproducible(which.info, executor, workers)) {
                REQUIRE(run.evaluate_on(*make_problem(objective, data.view()), rows).mean_loss < before - 0.1);
            }
            worker_statistics all;
            for (const auto& worker : run.statistics()) {
                all.merge(worker);
            }
            REQUIRE(all.examples == 5 * 603);
            REQUIRE(all.updates == 5 * ((603 + batch - 1) / batch));
            REQUIRE(all.staleness.samples() == all.updates);
        }
    });
}

TEST_CASE("without hidden layers, networks of one score reach the optimum of logistic and linear regression") {
    for (const char* const output : {"logistic", "squared"}) {
        const target_kind kind = std::string(output) == "squared" ? target_kind::regression : target_kind::binary;
        const auto data = test::make_sparse(kind, 1500, 40, 2);
        const double optimum = test::newton_optimum(output, test::problem_of(data.view(), 1e-3, 0, true));
        const mlp objective(40, {}, 2, "relu", output);
        const auto gap = [&](const train_result& result) {
            CAPTURE(output, result.step, result.last.objective_value, optimum);
            REQUIRE(result.last.objective_value > optimum * (1 - 1e-5));
            return result.last.objective_value / optimum - 1;
        };
        const train_settings settings{.workers = 1, .epochs = 60, .batch = 4, .l2 = 1e-3};
        const train_result serial = train(make_problem(objective, data.view()), entry_of<sequential>(), settings);
        REQUIRE(gap(serial) < 1e-3);
        train_settings parallel = settings;
        parallel.workers = 4;
        REQUIRE(gap(train(make_problem(objective, data.view()), entry_of<synchronous>(), parallel)) < 1e-3);
        parallel.step = serial.step / 4; // updates are late
        REQUIRE(gap(train(make_problem(objective, data.view()), entry_of<locked>(), test::reproducible(locked::info, parallel))) < 1e-3);
    }
}

TEST_CASE("a network is evaluated by what its output predicts") {
    const auto evaluated = [](const mlp& objective, const auto& data, parameters& model) {
        inline_executor here(1, false);
        return evaluate(objective, data, all_rows(data.size()), model, here, 1);
    };
    // One weight, of one feature: the score of a row is its value.
    const std::vector<real> values{2, -1, 3, -4};
    const std::vector<real> signs{1, 1, 1, -1};
    const std::vector<real> quantities{2.5F, 0, 3, -6};
    const mlp sign(1, {}, 2, "relu", "logistic");
    parameters model(sign.layout());
    model.exclusive(model.layout().find("layer1.weights"))[0] = 1;
    const evaluation of_signs = evaluated(sign, dense_view{.values = values, .targets = signs, .weights = {}, .columns = 1}, model);
    REQUIRE(of_signs.accuracy == 0.75);
    REQUIRE(std::isnan(of_signs.mean_squared_error));
    const mlp quantity(1, {}, 0, "relu", "squared");
    const evaluation of_quantities =
        evaluated(quantity, dense_view{.values = values, .targets = quantities, .weights = {}, .columns = 1}, model);
    REQUIRE(std::isnan(of_quantities.accuracy));
    REQUIRE(of_quantities.mean_squared_error == Approx((0.25 + 1 + 0 + 4) / 4));
    REQUIRE(of_quantities.mean_loss == Approx((0.25 + 1 + 0 + 4) / 8));
}

TEST_CASE("deterministic schemes give a network the same bits again") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (which.info.deterministic) {
        const auto data = test::make_dense(target_kind::multiclass, 203, 40, 1);
        for (const double dropped : {0.0, 0.3}) {
            const mlp objective(40, {24, 24}, 3, "gelu", "softmax", dropped);
            std::vector<real> first;
            for (const unsigned workers : {1U, 2U, 3U, 1U}) {
                if (workers == 1 || which.info.parallel) {
                    const train_settings settings{.workers = workers, .epochs = 2, .step = 0.3, .batch = 50};
                    const auto end = test::run(which, objective, data.view(), settings);
                    first = first.empty() ? end.buffer : first;
                    REQUIRE((end.buffer == first || (workers > 1 && which.info.stale == stale_writes::merges)));
                }
            }
        }
    }
}

TEST_CASE("each epoch of training drops by masks of its own") {
    const auto data = test::make_dense(target_kind::multiclass, 1, 20, 1);
    mlp objective(20, {32}, 3, "tanh", "softmax", 0.5);
    const train_settings settings{.workers = 1, .epochs = 3, .step = 0.25, .schedule = "constant", .batch = 1, .l2 = 0.0, .seed = 7};
    const auto trained = test::run<sequential>(objective, data.view(), settings).buffer;
    parameters by_hand = initial_parameters(objective, 7);
    exclusive access;
    const shared_view view(by_hand.base(), access);
    const std::vector<row_index> row{0};
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
        objective.begin_epoch(7, epoch);
        auto gradient = objective.make_gradient(data.view(), 1);
        objective.differentiate(data.view(), row, view, gradient);
        objective.apply(data.view(), row, gradient, view, 0.25F);
    }
    REQUIRE(std::ranges::equal(by_hand.exclusive(), trained));
}

TEST_CASE("one worker does what sequential does, but for rounding") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_dense(target_kind::multiclass, 100, 40, 1);
    const mlp objective(40, {24}, 3, "sigmoid", "softmax", 0.25);
    const train_settings settings{.workers = 1, .epochs = 2, .step = 0.1, .batch = 20};
    const auto expected = test::run<sequential>(objective, data.view(), settings).buffer;
    const auto end = test::run(which, objective, data.view(), settings).buffer;
    REQUIRE(end.size() == expected.size());
    for (std::size_t i = 0; i < end.size(); ++i) {
        REQUIRE(end[i] == Approx(expected[i]).epsilon(1e-4).margin(1e-6));
    }
}

TEST_CASE("a resumed run of a network has the bits of an uninterrupted one") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_dense(target_kind::multiclass, 100, 20, 1);
    const mlp objective(20, {8}, 3, "relu", "softmax", 0.5);
    const auto rows = all_rows(100);
    const train_settings settings{.workers = 1, .epochs = 4, .step = 0.3, .batch = 10};
    const auto whole = test::run(which, objective, data.view(), settings).buffer;
    stop_flag never;
    planned_run before(make_problem(objective, data.view()), which, rows, settings, never);
    before.run_epoch();
    before.run_epoch();
    planned_run after(make_problem(objective, data.view()), which, rows, settings, never);
    after.restore(before.position(), before.snapshot());
    while (!after.finished()) {
        after.run_epoch();
    }
    REQUIRE(std::ranges::equal(after.model().exclusive(), whole));
}

TEST_CASE("a network that diverges is noticed by whoever meets it") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_dense(target_kind::multiclass, 200, 20, 1);
    const train_settings settings{.workers = worker_count(which.info), .epochs = 5, .step = 1e30, .l2 = 0.0};
    stop_flag never;
    const auto rows = all_rows(200);
    planned_run run(make_problem(mlp(20, {8, 8}, 3), data.view()), which, rows, settings, never);
    epoch_end end = epoch_end::complete;
    for (int epoch = 0; epoch < 5 && end == epoch_end::complete; ++epoch) {
        end = run.run_epoch();
    }
    REQUIRE(end == epoch_end::diverged);
}
