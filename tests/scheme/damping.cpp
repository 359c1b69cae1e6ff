// Damped steps in training: on scripts, the change that each update makes is the step times the
// function of its known staleness; under threads, simulated or not, what was applied is what was
// measured.
#include "catch.hpp"

#include "support/counting.hpp"
#include "support/made_data.hpp"
#include "support/scripted.hpp"
#include "support/training.hpp"

#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/train.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t damped_rows = 300;

bool late_by_a_script(const scheme_info& of) { return of.stale == stale_writes::updates && !of.lockstep; }

/// An update as a script has it.
struct scripted_update {
    unsigned worker;
    std::size_t row;
    std::uint64_t staleness;
};

/// All updates in the order of their applies, counted by going through the script: whoever reads
/// takes the next row.
std::vector<scripted_update> go_through(const test::script& turns) {
    struct read {
        std::size_t row;
        std::uint64_t applied;
    };
    std::vector<scripted_update> applied;
    std::map<unsigned, read> evaluated;
    std::size_t next_row = 0;
    for (std::size_t turn = 0; applied.size() < damped_rows; ++turn) {
        const unsigned worker = turns.at(turn);
        if (const auto found = evaluated.find(worker); found != evaluated.end()) {
            applied.push_back({.worker = worker, .row = found->second.row, .staleness = applied.size() - found->second.applied});
            evaluated.erase(found);
        } else if (next_row < damped_rows) {
            evaluated[worker] = {.row = next_row++, .applied = applied.size()};
        }
    }
    return applied;
}

/// The factor of a worker's latest update, from the list of all its updates in this epoch: sorted,
/// instead of in a histogram. From 64 on, values that are one bin of the histogram are one value.
template <class Damping>
double factor_by_hand(std::vector<std::uint64_t> seen, unsigned workers, double knob) {
    const std::uint64_t staleness = seen.back();
    std::ranges::sort(seen);
    const std::size_t bin = histogram::bin_of(staleness);
    const auto below = static_cast<double>(std::ranges::lower_bound(seen, histogram::first_value(bin)) - seen.begin());
    const auto up_to = static_cast<double>(std::ranges::upper_bound(seen, histogram::last_value(bin)) - seen.begin());
    const auto place = static_cast<std::size_t>(std::ceil(knob * static_cast<double>(seen.size()))) - 1;
    const std::uint64_t threshold = std::min(histogram::last_value(histogram::bin_of(seen[place])), seen.back());
    return Damping::factor({.staleness = static_cast<double>(staleness),
                            .workers = static_cast<double>(workers),
                            .knob = knob,
                            .threshold = static_cast<double>(threshold),
                            .rank = (below + up_to) / 2 / static_cast<double>(seen.size())});
}

template <class Damping>
void check_script(const scheme_entry& which, const test::script& turns, unsigned workers, const std::string& name) {
    CAPTURE(which.info.name, name, workers, turns.cycle);
    const damping_rule rule = damping_named(name);
    const double step = 0.25;
    const auto data = test::make_identity(damped_rows);
    auto run = test::run_scripted(which, test::counting(damped_rows, damped_rows), data.view(), workers, turns, 1,
                                  {.mode = staleness_mode::exact}, step, rule);
    REQUIRE(run.applied == damped_rows);
    std::vector<std::vector<std::uint64_t>> seen(workers);
    std::vector<double> factors(workers);
    for (const scripted_update& update : go_through(turns)) {
        seen[update.worker].push_back(update.staleness);
        const double factor = factor_by_hand<Damping>(seen[update.worker], workers, rule.knob > 0 ? rule.knob : 1);
        factors[update.worker] += factor;
        CAPTURE(update.row, update.worker, update.staleness);
        REQUIRE(run.model.exclusive()[update.row] == Approx(step * factor).epsilon(1e-6).margin(1e-9));
    }
    for (unsigned worker = 0; worker < workers; ++worker) {
        REQUIRE(run.statistics[worker].damping == Approx(rule.damps ? factors[worker] : 0).epsilon(1e-12));
    }
}

train_settings settings_with(const std::string& damping, const std::string& executor, unsigned workers) {
    return {.executor = executor, .workers = workers, .epochs = 3, .step = 0.2, .damping = damping};
}

/// Calls `check(name)` for each damping, with its default knob and with another.
template <class Check>
void with_dampings(Check check) {
    dampings::for_each([&](auto tag) {
        constexpr damping_info info = decltype(tag)::type::info;
        check(std::string(info.name));
        if (info.knob > 0) {
            check(std::string(info.name) + ":0.5");
        }
    });
}

} // namespace

TEST_CASE("the change of every update is the step times the function of its staleness") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (late_by_a_script(which.info)) {
        dampings::for_each([&](auto tag) {
            using damping = typename decltype(tag)::type;
            const std::string name(damping::info.name);
            check_script<damping>(which, {{}, {0, 1, 1, 0}}, 2, name);
            check_script<damping>(which, {{}, {0, 1, 2, 2, 1, 1, 1, 0, 2, 2}}, 3, name);
            for (const unsigned workers : {2U, 5U, 40U}) {
                check_script<damping>(which, test::drawn_at_random(workers, workers), workers, name);
                if (damping::info.knob > 0) {
                    check_script<damping>(which, test::drawn_at_random(workers, workers), workers, name + ":0.5");
                }
            }
        });
    }
}

TEST_CASE("under threads, what was applied is what was measured") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (which.info.stale == stale_writes::updates) {
        // no two rows share a coordinate, so nothing is lost
        const auto data = test::make_identity(4000);
        for (const unsigned workers : {1U, 8U}) {
            with_dampings([&](const std::string& damping) {
                CAPTURE(workers, damping);
                train_settings settings = settings_with(damping, "threads", workers);
                settings.schedule = "constant";
                settings.batch = 1;
                settings.l2 = 0.0;
                const auto run = test::run(which, test::counting(4000, 4000), data.view(), settings);
                const worker_statistics all = run.merged();
                const double applied = std::accumulate(run.buffer.begin(), run.buffer.begin() + 4000, 0.0) / 0.2;
                if (damping == "none") {
                    REQUIRE(all.damping == 0);
                    return;
                }
                REQUIRE(all.damping == Approx(applied).epsilon(1e-5));
                REQUIRE(all.staleness.samples() == all.updates);
                if (damping == "inverse" && all.staleness.maximum() < histogram::exact_bins) {
                    double expected = 0;
                    for (std::size_t staleness = 0; staleness < histogram::exact_bins; ++staleness) {
                        expected += static_cast<double>(all.staleness.count(staleness)) / static_cast<double>(staleness + 1);
                    }
                    REQUIRE(all.damping == Approx(expected).epsilon(1e-12));
                }
                if (workers == 1) {
                    REQUIRE(all.damping == static_cast<double>(all.updates));
                }
            });
        }
    }
}

TEST_CASE("one worker is not damped: the bits of sequential") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (which.info.stale == stale_writes::updates) {
        const auto data = test::make_sparse(target_kind::binary, damped_rows, 50, 1);
        const linear<logistic> objective(50, true);
        train_settings settings{.workers = 1, .epochs = 2, .step = 0.2, .batch = 1, .l2 = 0.1, .l1 = 1e-4};
        const auto serial = test::run<sequential>(objective, data.view(), settings);
        with_dampings([&](const std::string& damping) {
            CAPTURE(damping);
            settings.damping = damping;
            REQUIRE(test::run(which, objective, data.view(), settings).buffer == serial.buffer);
        });
    }
}

TEST_CASE("simulated: the same bits again, other bits than without, and those of a run that went on at an epoch's end") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (late_by_a_script(which.info)) {
        const auto data = test::make_sparse(target_kind::binary, damped_rows, 50, 1);
        const linear<logistic> objective(50, true);
        const auto ids = all_rows(damped_rows);
        stop_flag never;
        std::vector<std::vector<real>> all;
        with_dampings([&](const std::string& damping) {
            CAPTURE(damping);
            train_settings settings = settings_with(damping, "virtual", 9);
            settings.batch = 1;
            const auto whole = test::run(which, objective, data.view(), settings).buffer;
            REQUIRE(whole == test::run(which, objective, data.view(), settings).buffer);
            REQUIRE(std::ranges::find(all, whole) == all.end());
            all.push_back(whole);
            planned_run beginning(make_problem(objective, data.view()), which, ids, settings, never);
            REQUIRE(beginning.run_epoch() == epoch_end::complete);
            planned_run rest(make_problem(objective, data.view()), which, ids, settings, never);
            rest.restore(beginning.position(), beginning.snapshot());
            while (!rest.finished()) {
                REQUIRE(rest.run_epoch() == epoch_end::complete);
            }
            REQUIRE(std::ranges::equal(rest.model().exclusive(), whole));
        });
    }
}

TEST_CASE("networks are damped too") {
    const auto data = test::make_dense(target_kind::multiclass, damped_rows, 20, 1);
    const mlp objective(20, {8}, 3);
    train_settings settings = settings_with("none", "virtual", 16);
    settings.batch = 4;
    const auto undamped = test::run<hogwild>(objective, data.view(), settings);
    settings.damping = "inverse";
    const auto damped = test::run<hogwild>(objective, data.view(), settings);
    REQUIRE(damped.buffer != undamped.buffer);
    REQUIRE(damped.merged().damping < 0.5 * static_cast<double>(damped.merged().updates));
}

TEST_CASE("the shrinking by l2 is that of the undamped step") {
    const std::size_t many = 64;
    const auto data = test::make_identity(many);
    const double step = 0.5;
    const double l2 = 0.1;
    train_settings settings{.executor = "virtual",
                            .workers = 4,
                            .delay = "constant",
                            .epochs = 1,
                            .step = step,
                            .schedule = "constant",
                            .damping = "inverse",
                            .batch = 1,
                            .l2 = l2};
    stop_flag never;
    const auto ids = all_rows(many);
    planned_run run(make_problem(test::counting(many, many), data.view()), entry_of<hogwild>(), ids, settings, never);
    REQUIRE(run.run_epoch() == epoch_end::complete);
    std::vector<row_index> order;
    visiting_order::draw(ids, settings.seed, 0, order);
    // all workers have begun: a staleness of 3
    for (std::size_t update = 4; update < many; ++update) {
        const double shrunk = std::pow(1 + step * l2, -static_cast<double>(many - update));
        REQUIRE(run.model().exclusive()[order[update]] == Approx(step / 4 * shrunk).epsilon(1e-4));
    }
}

TEST_CASE("schemes without late updates refuse damping, and say why") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_identity(50);
    train_settings settings{.workers = 1, .epochs = 1, .step = 0.1, .damping = "inverse"};
    const auto start = [&] { test::run(which, linear<squared>(50, false), data.view(), settings); };
    const std::string scheme(which.info.name);
    switch (which.info.stale) {
    case stale_writes::updates:
        REQUIRE_NOTHROW(start());
        settings.staleness = staleness_mode::off;
        REQUIRE_THROWS_WITH(start(), "the damping 'inverse' needs the staleness of every update; do not switch its measuring off");
        break;
    case stale_writes::none:
        REQUIRE_THROWS_WITH(start(), "the scheme '" + scheme +
                                         "' has no late updates to damp: what an update reads stays as it is until it is applied; choose "
                                         "another, such as 'hogwild', or no damping");
        break;
    case stale_writes::merges:
        REQUIRE_THROWS_WITH(start(), Catch::Matchers::Contains("what is late are merges"));
        break;
    }
    // A fact of the list: serial schemes, and only they, have nothing that is late.
    REQUIRE((which.info.stale == stale_writes::none) == (which.info.consistency == read_consistency::serial));
}
