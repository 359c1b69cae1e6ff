// What every scheme inherits from the list, over all executors and worker counts: each example
// once, tallies that add up, no add lost where the scheme promises it, the same bits again where it
// promises that.
#include "catch.hpp"

#include "support/counting.hpp"
#include "support/made_data.hpp"
#include "support/objectives.hpp"
#include "support/sanitizer.hpp"
#include "support/training.hpp"

#include <algorithm>
#include <atomic>
#include <set>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

using namespace peccary;

namespace {

/// Settings under which `test::counting` counts: no shrinking, and a step that a whole batch turns
/// into 1 a row.
train_settings counting_settings(const std::string& executor, unsigned workers, std::uint64_t batch, std::uint64_t epochs) {
    return {.executor = executor,
            .workers = workers,
            .epochs = epochs,
            .step = static_cast<double>(batch),
            .schedule = "constant",
            .batch = batch,
            .l2 = 0.0,
            .staleness = staleness_mode::exact};
}

/// What an add of one worker is to the parameters, as a part of it. The tests' numbers of workers
/// are powers of two, so it is exact.
real counted_share(const scheme_info& of, unsigned workers) { return of.averages ? real{1} / static_cast<real>(workers) : real{1}; }

} // namespace

TEST_CASE("each example is evaluated and applied exactly once an epoch") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    test::with_executors(which.info, {1, 2, 4, 8}, [&](const std::string& executor, unsigned workers) {
        for (const std::uint64_t batch : {1, 16}) {
            // whole batches; fewer than workers can share at last
            for (const std::size_t rows : {1008, 48, 16}) {
                CAPTURE(executor, workers, batch, rows);
                const auto data = test::make_identity(rows);
                const test::counting objective(rows, rows);
                const auto end = test::run(which, objective, data.view(), counting_settings(executor, workers, batch, 3));
                REQUIRE(objective.visits() == std::vector<std::uint32_t>(rows, 3));
                const std::vector<real> weights(end.buffer.begin(), end.buffer.begin() + static_cast<std::ptrdiff_t>(rows));
                REQUIRE(weights == std::vector<real>(rows, real{3} * counted_share(which.info, workers)));
            }
        }
    });
}

TEST_CASE("a last batch of fewer examples has its mean too") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    test::with_executors(which.info, {1, 4}, [&](const std::string& executor, unsigned workers) {
        const std::size_t rows = 20; // 16 and 4
        const auto data = test::make_identity(rows);
        const test::counting objective(rows, rows);
        const auto end = test::run(which, objective, data.view(), counting_settings(executor, workers, 16, 1));
        REQUIRE(objective.visits() == std::vector<std::uint32_t>(rows, 1));
        const std::span weights = std::span(end.buffer).first(rows);
        REQUIRE(std::ranges::count(weights, real{1} * counted_share(which.info, workers)) == 16);
        REQUIRE(std::ranges::count(weights, real{4} * counted_share(which.info, workers)) == 4);
    });
}

TEST_CASE("a subset of the rows is all that is used") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_identity(1000);
    const auto rows = split_rows(1000, 1, 0.4).training;
    const test::counting objective(1000, 1000);
    const unsigned workers = which.info.parallel ? 4 : 1;
    stop_flag never;
    planned_run run(make_problem(objective, data.view()), which, rows, counting_settings("threads", workers, 1, 1), never);
    REQUIRE(run.run_epoch() == epoch_end::complete);
    const auto visits = objective.visits();
    for (row_index row = 0; row < 1000; ++row) {
        REQUIRE(visits[row] == (std::ranges::binary_search(rows, row) ? 1 : 0));
    }
}

TEST_CASE("tallies add up, and staleness is sampled at every update") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::binary, 403, 50, 1);
    test::with_executors(which.info, {1, 2, 4, 8}, [&](const std::string& executor, unsigned workers) {
        for (const std::uint64_t batch : {1, 16}) {
            CAPTURE(executor, workers, batch);
            train_settings settings{.executor = executor, .workers = workers, .epochs = 3, .step = 0.2, .batch = batch, .l2 = 0.1};
            const std::uint64_t updates = 3 * ((403 + batch - 1) / batch);
            for (const auto mode : {staleness_mode::exact, staleness_mode::off, staleness_mode::sampled}) {
                settings.staleness = mode;
                const auto end = test::run(which, linear<logistic>(50, true), data.view(), settings);
                REQUIRE(end.statistics.size() == workers);
                const auto all = end.merged();
                REQUIRE(all.examples == 3 * 403);
                REQUIRE(all.updates == updates);
                const std::uint64_t samples = all.staleness.samples();
                REQUIRE((mode == staleness_mode::exact ? samples == updates : samples <= (mode == staleness_mode::off ? 0 : updates)));
                // nothing of it is under way between merges
                const bool merges = which.info.stale == stale_writes::merges;
                REQUIRE(all.overlap.samples() == (mode == staleness_mode::exact && !merges ? updates : 0));
                REQUIRE(all.as_sampled.samples() <= (mode == staleness_mode::exact ? samples : 0));
                if (mode == staleness_mode::exact) {
                    for (const auto& worker : end.statistics) {
                        REQUIRE(worker.staleness.samples() == worker.updates);
                    }
                }
                if (!merges) {
                    REQUIRE(all.overlap.mean() >= (mode == staleness_mode::exact ? all.staleness.mean() : 0));
                }
                if (workers == 1) {
                    REQUIRE(all.staleness.maximum() == 0);
                    REQUIRE(all.overlap.maximum() == 0);
                }
                REQUIRE(all.staleness.maximum() <= updates);
            }
        }
    });
}

TEST_CASE("a scheme's own batch is sampled as often as one that is asked for") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::binary, 20'000, 50, 1);
    const auto samples = [&](std::uint64_t batch) {
        const train_settings settings{.workers = 1, .epochs = 1, .step = 0.1, .batch = batch};
        return test::run(which, linear<logistic>(50, false), data.view(), settings).merged().staleness.samples();
    };
    REQUIRE(samples(0) > 0);
    REQUIRE(samples(0) == samples(which.info.batch));
}

TEST_CASE("the parts of each worker's time add up to that of the epochs") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const bool merges = which.info.stale == stale_writes::merges || std::string_view(which.info.name) == "hogbatch";
    const auto data = test::make_sparse(target_kind::binary, 2000, 50, 1);
    test::with_executors(which.info, {1, 2, 8}, [&](const std::string& executor, unsigned workers) {
        CAPTURE(executor, workers);
        const train_settings settings{.executor = executor, .workers = workers, .epochs = 3, .step = 0.1, .l2 = 0.1};
        const auto end = test::run(which, linear<logistic>(50, true), data.view(), settings);
        for (const auto& worker : end.statistics) {
            const worker_times parts = worker.times();
            for (const double part : {parts.computing, parts.locks, parts.barriers, parts.retrying, parts.merging, parts.idle}) {
                REQUIRE(part >= 0);
            }
            REQUIRE(worker.seconds == Approx(end.train_seconds).epsilon(1e-12));
            REQUIRE(worker.busy_seconds <= worker.seconds);
            REQUIRE(parts.all() == Approx(worker.seconds).epsilon(1e-9));
        }
        const auto all = end.merged();
        REQUIRE(all.times().computing > 0);
        REQUIRE((all.waits.merge_seconds > 0) == merges);
        REQUIRE((all.waits.retry_seconds > 0) == (all.waits.retries > 0));
        if (workers == 1) { // nobody to wait for
            REQUIRE(all.waits.lock_seconds == 0);
            REQUIRE(all.waits.barrier_seconds == 0);
        }
    });
}

TEST_CASE("estimates take no more than the measured parts leave") {
    const worker_statistics worker{.waits = {.lock_seconds = 1, .barrier_seconds = 2, .retry_seconds = 3, .merge_seconds = 1},
                                   .seconds = 10,
                                   .busy_seconds = 5,
                                   .staleness = {},
                                   .as_sampled = {},
                                   .overlap = {}};
    const worker_times parts = worker.times();
    REQUIRE(parts.computing == 0);
    REQUIRE(parts.retrying == 1.5);
    REQUIRE(parts.merging == 0.5);
    REQUIRE(parts.idle == 5);
    REQUIRE(parts.all() == 10);
}

TEST_CASE("lossless schemes conserve integer sums under contention") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    // Whole batches, and the 50 features equally often. 32 workers that meet twice an update take a
    // millisecond for it on two cores.
    const auto rows = static_cast<std::size_t>(which.info.lockstep ? test::repetitions(800, 400) : test::repetitions(8000, 1600));
    const auto data = test::make_contended(rows);
    const std::uint64_t epochs = 3; // sums below 2^24
    test::with_executors(which.info, {1, 8, 32}, [&](const std::string& executor, unsigned workers) {
        for (const std::uint64_t batch : {1, 16}) {
            CAPTURE(executor, workers, batch);
            const test::counting objective(rows, 60);
            const auto end = test::run(which, objective, data.view(), counting_settings(executor, workers, batch, epochs));
            REQUIRE(objective.visits() == std::vector<std::uint32_t>(rows, static_cast<std::uint32_t>(epochs)));
            const auto all = static_cast<real>(rows * epochs) * counted_share(which.info, workers);
            for (std::size_t at = 0; at < end.buffer.size(); ++at) {
                CAPTURE(at);
                const bool touched_by_all = at == 0 || at == 1 || at == 5 || at == objective.layout().find("bias").offset;
                const real exact = touched_by_all ? all : at >= 10 && at < 60 ? all / 50 : 0;
                if (which.info.lossless || workers == 1) {
                    REQUIRE(end.buffer[at] == exact);
                } else {
                    REQUIRE(end.buffer[at] <= exact); // adds may be lost, never invented
                    REQUIRE((end.buffer[at] > 0) == (exact > 0));
                }
            }
        }
    });
}

TEST_CASE("deterministic schemes give the same bits again") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (which.info.deterministic) {
        const auto data = test::make_sparse(target_kind::multiclass, 600, 50, 4);
        std::vector<real> first;
        test::with_executors(which.info, {1, 2, 4, 8}, [&](const std::string& executor, unsigned workers) {
            const train_settings settings{.executor = executor, .workers = workers, .epochs = 2, .step = 0.3, .l2 = 0.05, .l1 = 1e-4};
            const auto once = test::run(which, softmax(50, 3, true), data.view(), settings).buffer;
            const auto again = test::run(which, softmax(50, 3, true), data.view(), settings).buffer;
            REQUIRE(once == again);
            if (first.empty()) {
                first = once;
            }
            // Not even the number of workers matters, unless workers train copies of their own.
            REQUIRE((once == first || which.info.stale == stale_writes::merges));
        });
    }
}

TEST_CASE("the staleness so far can be looked at while workers are at it") {
    const auto data = test::make_sparse(target_kind::binary, 5000, 50, 1);
    const auto rows = all_rows(5000);
    stop_flag never;
    planned_run run(make_problem(linear<logistic>(50, false), data.view()), entry_of<hogwild>(), rows,
                    {.workers = 4, .epochs = 20, .step = 0.1, .staleness = staleness_mode::exact}, never);
    std::atomic<bool> ended{false};
    bool grows = true;
    std::thread looking([&] {
        std::uint64_t before = 0;
        while (!ended.load(std::memory_order_acquire)) { // pairs with the release below
            const std::uint64_t seen = run.staleness_so_far().samples();
            grows = grows && seen >= before;
            before = seen;
        }
    });
    while (!run.finished()) {
        run.run_epoch();
    }
    ended.store(true, std::memory_order_release);
    looking.join();
    REQUIRE(grows);
    REQUIRE(run.staleness_so_far().samples() == 20 * 5000);
}

TEST_CASE("round robin: nobody is more than one round behind") {
    const auto data = test::make_sparse(target_kind::binary, 2000, 50, 1);
    test::with_executors(round_robin::info, {1, 2, 4, 8}, [&](const std::string& executor, unsigned workers) {
        const train_settings settings{
            .executor = executor, .workers = workers, .epochs = 2, .step = 0.2, .staleness = staleness_mode::exact};
        const auto end = test::run<round_robin>(linear<logistic>(50, false), data.view(), settings);
        REQUIRE(end.merged().staleness.maximum() <= workers - 1);
        // those of the round before, and those of the round after
        REQUIRE(end.merged().overlap.maximum() <= 2 * (workers - 1));
        for (const auto& worker : end.statistics) {
            REQUIRE(worker.updates == 2 * 2000 / workers);
        }
    });
}

TEST_CASE("names are unique, and each scheme says whence it comes") {
    std::set<std::string_view> names;
    schemes::for_each([&](auto tag) {
        constexpr auto info = decltype(tag)::type::info;
        names.insert(info.name);
        REQUIRE_FALSE(info.summary.empty());
        REQUIRE_FALSE(info.paper.empty());
        REQUIRE_FALSE(name_of(info.consistency).empty());
        REQUIRE_FALSE(info.access.empty());
        REQUIRE(info.batch >= 1);
    });
    REQUIRE(names.size() == schemes::size);
}
