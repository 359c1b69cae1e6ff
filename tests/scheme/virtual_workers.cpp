// Virtual workers: what every asynchronous scheme inherits from the list under every law of delays.
// That each example is used once, that tallies add up, and that a stop leaves a prefix,
// conformance.cpp and interruption.cpp say of this executor as of the others.
#include "catch.hpp"

#include "scratch_directory.hpp"
#include "support/counting.hpp"
#include "support/made_data.hpp"
#include "support/sanitizer.hpp"
#include "support/training.hpp"

#include "peccary/core/topology.hpp"
#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t simulated_rows = 600;

bool simulable(const scheme_info& of) { return of.parallel && !of.lockstep; }

/// Whether its workers train the shared parameters themselves.
bool in_place_scheme(const scheme_info& of) { return simulable(of) && of.consistency != read_consistency::own_copy; }

train_settings virtual_settings(unsigned workers, const std::string& delay) {
    return {.executor = "virtual", .workers = workers, .delay = delay, .epochs = 3, .step = 0.2, .staleness = staleness_mode::exact};
}

/// Calls `check(delay)` for each law, those that take an argument with one.
template <class Check>
void with_delays(Check check) {
    const scratch_directory directory;
    write_text(directory / "trace", "1\n1\n1\n20\n0.1\n3\n");
    delays::for_each([&](auto tag) {
        const std::string name(decltype(tag)::type::info.name);
        check(name == "trace" ? "trace:" + directory / "trace" : name == "slices" ? "slices:2,25" : name);
    });
}

/// The first so many epochs.
struct part_of_run {
    template <class Objective, class Data>
    part_of_run(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings,
                std::uint64_t epochs = UINT64_MAX)
        : ids(all_rows(data.size())), run(make_problem(objective, data), which, ids, settings, stop) {
        while (!run.finished() && run.position().epoch < epochs) {
            REQUIRE(run.run_epoch() == epoch_end::complete);
        }
    }
    stop_flag stop;
    std::vector<row_index> ids;
    planned_run run;
};

} // namespace

TEST_CASE("a simulation gives the same bits again, and others under another law") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (simulable(which.info)) {
        const auto data = test::make_sparse(target_kind::multiclass, simulated_rows, 50, 4);
        const softmax objective(50, 3, true);
        for (const std::uint64_t batch : {1, 8}) {
            std::vector<std::vector<real>> all;
            with_delays([&](const std::string& delay) {
                CAPTURE(delay, batch);
                train_settings settings = virtual_settings(7, delay);
                settings.batch = batch;
                const auto once = test::run(which, objective, data.view(), settings);
                const auto again = test::run(which, objective, data.view(), settings);
                REQUIRE(once.buffer == again.buffer);
                for (unsigned worker = 0; worker < 7; ++worker) {
                    REQUIRE(once.statistics[worker].updates == again.statistics[worker].updates);
                    REQUIRE(once.statistics[worker].staleness.mean() == again.statistics[worker].staleness.mean());
                }
                all.push_back(once.buffer);
            });
            // Striped workers may come in the same order, and a replica may have been handed the
            // same examples.
            if (in_place_scheme(which.info) && which.info.name != "striped") {
                REQUIRE(std::ranges::none_of(all.begin() + 1, all.end(), [&](const auto& buffer) { return buffer == all[0]; }));
            }
            REQUIRE((which.info.name == "striped" || std::ranges::any_of(all, [&](const auto& buffer) { return buffer != all[0]; })));
        }
    }
}

TEST_CASE("without delay virtual workers are serial descent: the bits of sequential") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (in_place_scheme(which.info)) {
        const auto data = test::make_sparse(target_kind::binary, simulated_rows, 50, 1);
        const linear<logistic> objective(50, true);
        for (const std::uint64_t batch : {1, 8}) {
            train_settings settings = virtual_settings(1, "none");
            settings.batch = batch;
            settings.l2 = 0.1; // folds the scale within an epoch
            settings.l1 = 1e-4;
            settings.executor = "inline";
            settings.delay.reset();
            const auto serial = test::run<sequential>(objective, data.view(), settings);
            settings.executor = "virtual";
            settings.delay = "none";
            for (const unsigned workers : {1U, 5U, 64U}) {
                CAPTURE(workers, batch);
                settings.workers = workers;
                const auto found = test::run(which, objective, data.view(), settings);
                REQUIRE(found.merged().staleness.maximum() == 0);
                if (which.info.sums_batches && batch > 1) {
                    REQUIRE(std::ranges::equal(found.buffer, serial.buffer,
                                               [](real one, real other) { return one == Approx(other).margin(1e-4); }));
                } else {
                    REQUIRE(found.buffer == serial.buffer);
                }
            }
        }
    }
}

TEST_CASE("any number of workers, under any law: each example once, and a record for each update") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (simulable(which.info)) {
        const auto data = test::make_identity(simulated_rows);
        // the last are more than there are updates
        for (const unsigned workers : {1U, 3U, 64U, 1024U}) {
            with_delays([&](const std::string& delay) {
                CAPTURE(workers, delay);
                const test::counting objective(simulated_rows, simulated_rows);
                train_settings settings = virtual_settings(workers, delay);
                settings.step = 1;
                settings.schedule = "constant";
                settings.l2 = 0.0;
                settings.batch = 1;
                const auto found = test::run(which, objective, data.view(), settings);
                REQUIRE(objective.visits() == std::vector<std::uint32_t>(simulated_rows, 3));
                REQUIRE(std::all_of(found.buffer.begin(), found.buffer.begin() + simulated_rows, [](real weight) { return weight == 3; }));
                REQUIRE(found.merged().updates == 3 * simulated_rows);
                REQUIRE(found.merged().staleness.samples() == 3 * simulated_rows);
                REQUIRE(found.merged().staleness.maximum() < simulated_rows);
            });
        }
    }
}

TEST_CASE("who goes on at an epoch's end has the bits of who never stopped") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (simulable(which.info)) {
        const auto data = test::make_sparse(target_kind::binary, simulated_rows, 50, 1);
        const linear<logistic> objective(50, true);
        with_delays([&](const std::string& delay) {
            CAPTURE(delay);
            const train_settings settings = virtual_settings(9, delay);
            part_of_run whole(which, objective, data.view(), settings);
            part_of_run beginning(which, objective, data.view(), settings, 1);
            part_of_run rest(which, objective, data.view(), settings, 0);
            rest.run.restore(beginning.run.position(), beginning.run.model().exclusive());
            while (!rest.run.finished()) {
                REQUIRE(rest.run.run_epoch() == epoch_end::complete);
            }
            REQUIRE(std::ranges::equal(rest.run.model().exclusive(), whole.run.model().exclusive()));
        });
    }
}

TEST_CASE("a stop within an epoch: what was read is applied, and the same stop leaves the same bits") {
    const auto data = test::make_sparse(target_kind::binary, simulated_rows, 50, 1);
    const linear<logistic> objective(50, true);
    const auto ids = all_rows(simulated_rows);
    const auto stopped_at = [&](std::uint64_t evaluations, run_position& position) {
        stop_flag stop;
        const test::stopping stopping(objective, stop, evaluations);
        planned_run run(make_problem(stopping, data.view()), entry_of<hogwild>(), ids, virtual_settings(9, "exponential"), stop);
        REQUIRE(run.run_epoch() == epoch_end::interrupted);
        position = run.position();
        const auto buffer = run.model().exclusive();
        return std::vector<real>(buffer.begin(), buffer.end());
    };
    const auto whole = test::run<hogwild>(objective, data.view(), virtual_settings(9, "exponential")).buffer;
    for (const std::uint64_t evaluations : {1, 50, 333}) {
        run_position position;
        const auto buffer = stopped_at(evaluations, position);
        REQUIRE(position.update >= evaluations);
        REQUIRE(buffer == stopped_at(evaluations, position));
        // Going on reads anew, when the uninterrupted run had workers in the midst of updates:
        // near, but not the same bits.
        stop_flag never;
        planned_run rest(make_problem(objective, data.view()), entry_of<hogwild>(), ids, virtual_settings(9, "exponential"), never);
        rest.restore(position, buffer);
        while (!rest.finished()) {
            REQUIRE(rest.run_epoch() == epoch_end::complete);
        }
        const auto found = rest.model().exclusive();
        REQUIRE_FALSE(std::ranges::equal(found, whole));
        REQUIRE(std::ranges::equal(found, whole, [](real one, real other) { return one == Approx(other).margin(0.3); }));
    }
}

TEST_CASE("striped: workers wait for locks in virtual time, and those with a feature in common come one after another") {
    const std::size_t many = test::repetitions(4000, 800);
    const auto data = test::make_contended(many); // every row has features 0, 1 and 5
    for (const unsigned workers : {2U, 9U, 300U}) {
        with_delays([&](const std::string& delay) {
            CAPTURE(workers, delay);
            const test::counting objective(many, 60);
            train_settings settings = virtual_settings(workers, delay);
            settings.step = 1;
            settings.l2 = 0.0;
            settings.schedule = "constant";
            const auto all = test::run<striped>(objective, data.view(), settings).merged();
            REQUIRE(all.updates == 3 * many);
            REQUIRE(all.staleness.maximum() == 0);
            REQUIRE((delay == "none") == (all.waits.contended == 0));
            REQUIRE(all.waits.lock_seconds == 0);
        });
    }
}

TEST_CASE("striped: workers without a common feature do not wait, and all take part") {
    const auto data = test::make_identity(simulated_rows);
    train_settings settings = virtual_settings(6, "constant");
    const auto found = test::run<striped>(linear<squared>(simulated_rows, false), data.view(), settings);
    REQUIRE(found.merged().waits.contended == 0);
    for (const worker_statistics& worker : found.statistics) {
        REQUIRE(worker.updates == 3 * simulated_rows / 6);
    }
}

TEST_CASE("striped: who waits comes before who has just ended, so that everybody gets his turn") {
    const auto data = test::make_contended(simulated_rows);
    const auto found = test::run<striped>(linear<squared>(60, true), data.view(), virtual_settings(6, "constant"));
    for (const worker_statistics& worker : found.statistics) {
        REQUIRE(worker.updates == 3 * simulated_rows / 6);
    }
}

TEST_CASE("networks: the bits of sequential without delay, the same bits again with it") {
    const auto data = test::make_sparse(target_kind::multiclass, simulated_rows, 30, 4);
    const mlp objective(30, {12}, 3, "relu");
    train_settings settings = virtual_settings(20, "none");
    settings.batch = 8;
    const auto undelayed = test::run<hogwild>(objective, data.view(), settings).buffer;
    settings.delay = "exponential";
    const auto delayed = test::run<hogwild>(objective, data.view(), settings).buffer;
    REQUIRE(delayed == test::run<hogwild>(objective, data.view(), settings).buffer);
    settings.executor = "inline";
    settings.workers = 1;
    settings.delay.reset();
    REQUIRE(undelayed == test::run<sequential>(objective, data.view(), settings).buffer);
    REQUIRE(delayed != undelayed);
}

TEST_CASE("the shape of staleness: all P - 1 under constant delays, geometric under exponential ones") {
    constexpr unsigned workers = 16;
    constexpr std::size_t many = 30'000;
    const auto data = test::make_identity(many);
    const linear<squared> objective(many, false);
    train_settings settings = virtual_settings(workers, "constant");
    settings.epochs = 1;
    const histogram constant = test::run<hogwild>(objective, data.view(), settings).merged().staleness;
    // All but the first and the last update of each worker, at most.
    REQUIRE(constant.count(workers - 1) >= many - 2 * workers);
    settings.delay = "exponential";
    const histogram exponential = test::run<hogwild>(objective, data.view(), settings).merged().staleness;
    REQUIRE(exponential.mean() == Approx(workers - 1).epsilon(0.02));
    double distance = 0; // in total variation, over the exact bins
    double rest = 1;
    for (std::uint64_t value = 0; value < histogram::exact_bins; ++value) {
        const double expected = std::pow(1 - 1.0 / workers, static_cast<double>(value)) / workers;
        distance += std::abs(static_cast<double>(exponential.count(value)) / many - expected) / 2;
        rest -= expected;
    }
    REQUIRE(distance < 0.03);
    REQUIRE(rest < 0.02);
    // Slices on two cores: nearly all updates see few others, and a few see whole slices of the
    // others.
    settings.delay = "slices:2,1000";
    const histogram slices = test::run<hogwild>(objective, data.view(), settings).merged().staleness;
    REQUIRE(slices.quantile(0.99) <= 3);
    REQUIRE(slices.maximum() > 10'000);
}

TEST_CASE("what cannot be simulated is refused, with what can") {
    const auto data = test::make_identity(50);
    const linear<squared> objective(50, false);
    REQUIRE_THROWS_WITH(test::run<round_robin>(objective, data.view(), virtual_settings(2, "constant")),
                        "the scheme 'round_robin' needs workers that run at the same time, which the executor 'virtual' does not promise; "
                        "choose 'threads'");
    REQUIRE_THROWS_AS(test::run<synchronous>(objective, data.view(), virtual_settings(2, "constant")), usage_error);
    REQUIRE_NOTHROW(test::run<round_robin>(objective, data.view(), virtual_settings(1, "constant")));
    REQUIRE_THROWS_AS(test::run<hogwild>(objective, data.view(), virtual_settings(2, "fast")), usage_error);
    REQUIRE_THROWS_WITH(test::run<hogwild>(objective, data.view(), virtual_settings(65'537, "constant")),
                        "the virtual executor simulates up to 65536 workers, not 65537");
    train_settings real_threads = virtual_settings(2, "constant");
    real_threads.executor = "threads";
    REQUIRE_THROWS_WITH(test::run<hogwild>(objective, data.view(), real_threads),
                        "a delay is for simulated workers, and the executor 'threads' has real ones; choose 'virtual'");
}

TEST_CASE("slices have the shape of more threads than cores: a body of a few updates, and a tail of whole slices") {
    if (test::under_thread_sanitizer || test::under_address_sanitizer) {
        return; // so slow that updates are as long as slices
    }
    const unsigned cores = topology::of_this_process().default_workers();
    const auto data = test::make_sparse(target_kind::binary, 100'000, 50, 8);
    const linear<logistic> objective(50, false);
    const auto staleness = [&](const std::string& executor, std::optional<std::string> delay) {
        const train_settings settings{.executor = executor,
                                      .workers = 4 * cores,
                                      .delay = std::move(delay),
                                      .epochs = 10,
                                      .step = 0.1,
                                      .staleness = staleness_mode::exact};
        histogram all;
        for (const worker_statistics& worker : test::run<hogwild>(objective, data.view(), settings).statistics) {
            all.merge(worker.staleness);
        }
        REQUIRE(all.samples() == 1'000'000);
        return all;
    };
    // Of a geometric distribution, the greatest of a million is some six times the ninth decile,
    // whatever the mean.
    constexpr double apart = 50;
    const auto tail = [](const histogram& of) {
        return static_cast<double>(of.maximum()) / static_cast<double>(std::max<std::uint64_t>(1, of.quantile(0.9)));
    };
    for (const histogram& each : {staleness("threads", std::nullopt), staleness("virtual", "slices:" + std::to_string(cores) + ",5000")}) {
        CAPTURE(cores, each.quantile(0.5), each.quantile(0.9), each.maximum());
        CHECK(each.quantile(0.5) <= 2 * cores);
        CHECK(tail(each) > apart);
    }
    CHECK(tail(staleness("virtual", "exponential")) < apart);
}
