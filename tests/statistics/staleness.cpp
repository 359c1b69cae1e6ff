// The instrument: what the probe measures is what its definitions say (docs/staleness.md), counted
// from the events one by one.
#include "catch.hpp"

#include "peccary/core/random.hpp"
#include "peccary/statistics/staleness.hpp"
#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>

using namespace peccary;

namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

/// When an update began, first wrote, and had written, as places in the order of all events.
struct interval {
    std::size_t worker = 0;
    std::uint64_t read = never;
    std::uint64_t apply = never;
    std::uint64_t end = never;
};

/// Workers that take their next event (read, apply, end) whenever `step` says so, all on one
/// thread.
class scripted_workers {
public:
    scripted_workers(std::size_t workers, const staleness_sampling& sampling, clock_writers writers = clock_writers::each_worker)
        : clocks_(workers, writers), sampling_(sampling), statistics(workers), at_(workers), current_(workers) {
        start_stretch();
    }

    /// New probes, as the workers of each stretch have. No update may be under way.
    void start_stretch() {
        probes_.clear();
        for (std::size_t worker = 0; worker < statistics.size(); ++worker) {
            probes_.emplace_back(clocks_, worker, sampling_, statistics[worker]);
        }
    }

    void step(std::size_t worker) {
        const std::uint64_t now = time_++;
        switch (at_[worker]++ % 3) {
        case 0:
            current_[worker] = updates.size();
            updates.push_back({.worker = worker, .read = now});
            probes_[worker].at_read();
            break;
        case 1:
            updates[current_[worker]].apply = now;
            probes_[worker].at_apply();
            break;
        default:
            updates[current_[worker]].end = now;
            probes_[worker].applied();
            ++statistics[worker].updates;
        }
    }

private:
    update_clocks clocks_;
    staleness_sampling sampling_;

public:
    std::vector<worker_statistics> statistics;
    std::vector<interval> updates; ///< in the order of their reads

private:
    std::vector<staleness_probe> probes_;
    std::vector<std::size_t> at_;      ///< events of each worker so far
    std::vector<std::size_t> current_; ///< each worker's latest update
    std::uint64_t time_ = 0;
};

std::uint64_t staleness_of(const interval& one, const std::vector<interval>& all) {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        all, [&](const interval& other) { return other.worker != one.worker && one.read < other.end && other.end < one.apply; }));
}

std::uint64_t overlap_of(const interval& one, const std::vector<interval>& all) {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        all, [&](const interval& other) { return other.worker != one.worker && other.read < one.end && one.read < other.end; }));
}

/// What one worker's probe should have recorded: of its updates so far, whole ones.
worker_statistics expected(std::size_t worker, const std::vector<interval>& all, std::uint64_t period) {
    worker_statistics found;
    for (const interval& each : all) {
        if (each.worker == worker && each.apply != never) {
            found.staleness.record(staleness_of(each, all));
            if (found.staleness.samples() % period == 0) {
                found.as_sampled.record(staleness_of(each, all));
            }
        }
        if (each.worker == worker && each.end != never) {
            found.overlap.record(overlap_of(each, all));
        }
    }
    return found;
}

bool same(const histogram& one, const histogram& other) {
    for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
        if (one.count(bin) != other.count(bin)) {
            return false;
        }
    }
    return one.samples() == other.samples() && one.mean() == other.mean() && one.maximum() == other.maximum();
}

} // namespace

TEST_CASE("the timeline of docs/staleness.md") {
    scripted_workers run(3, {.mode = staleness_mode::exact, .period = 1});
    // whose event it is, column by column
    for (const char worker : std::string_view("111202211110112022")) {
        run.step(static_cast<std::size_t>(worker - '0'));
    }
    struct row {
        std::size_t worker;
        std::uint64_t staleness;
        std::uint64_t overlap;
        bool operator==(const row&) const = default;
    };
    std::vector<row> found;
    for (const interval& each : run.updates) {
        found.push_back({.worker = each.worker, .staleness = staleness_of(each, run.updates), .overlap = overlap_of(each, run.updates)});
    }
    REQUIRE(found == std::vector<row>{{1, 0, 0}, {2, 0, 1}, {0, 2, 4}, {1, 0, 1}, {1, 0, 1}, {2, 1, 1}});
    for (std::size_t worker = 0; worker < 3; ++worker) {
        REQUIRE(same(run.statistics[worker].staleness, expected(worker, run.updates, 1).staleness));
        REQUIRE(same(run.statistics[worker].overlap, expected(worker, run.updates, 1).overlap));
    }
}

TEST_CASE("staleness and overlap are exact, whatever the order of events") {
    random_stream random(1, 2, 3);
    const auto writers = GENERATE(clock_writers::each_worker, clock_writers::one_thread);
    for (const std::uint32_t workers : {1, 2, 3, 8}) {
        for (const std::uint64_t period : {1, 3, 10}) {
            // Some workers are slower than others: as if they shared a core.
            scripted_workers exact(workers, {.mode = staleness_mode::exact, .period = period}, writers);
            scripted_workers sampled(workers, {.mode = staleness_mode::sampled, .period = period}, writers);
            for (int event = 0; event < 1500; ++event) {
                const std::size_t worker = random.below(random.below(workers) + 1);
                exact.step(worker);
                sampled.step(worker);
            }
            for (std::size_t worker = 0; worker < workers; ++worker) {
                CAPTURE(workers, period, worker);
                const worker_statistics should = expected(worker, exact.updates, period);
                REQUIRE(should.staleness.samples() > 0);
                REQUIRE(same(exact.statistics[worker].staleness, should.staleness));
                REQUIRE(same(exact.statistics[worker].overlap, should.overlap));
                REQUIRE(same(exact.statistics[worker].as_sampled, should.as_sampled));
                REQUIRE(same(sampled.statistics[worker].staleness, should.as_sampled));
                REQUIRE(sampled.statistics[worker].as_sampled.samples() == 0);
                REQUIRE(sampled.statistics[worker].overlap.samples() == 0);
            }
        }
    }
}

TEST_CASE("short stretches are sampled as one long one would be") {
    constexpr std::uint64_t period = 7;
    for (const auto mode : {staleness_mode::sampled, staleness_mode::exact}) {
        scripted_workers run(2, {.mode = mode, .period = period});
        for (int stretch = 0; stretch < 15; ++stretch) {
            for (int update = 0; update < 3; ++update) { // fewer than the period
                for (const std::size_t worker : {0, 1, 0, 0, 1, 1}) {
                    run.step(worker);
                }
            }
            run.start_stretch();
        }
        for (const worker_statistics& worker : run.statistics) {
            REQUIRE((mode == staleness_mode::exact ? worker.as_sampled : worker.staleness).samples() == 15 * 3 / period);
        }
    }
}

TEST_CASE("what is switched off records nothing") {
    scripted_workers run(2, {.mode = staleness_mode::off, .period = 1});
    for (int event = 0; event < 60; ++event) {
        run.step(static_cast<std::size_t>(event % 2));
    }
    for (const worker_statistics& worker : run.statistics) {
        REQUIRE(worker.staleness.samples() + worker.as_sampled.samples() + worker.overlap.samples() == 0);
    }
}

TEST_CASE("merges are recorded in all modes alike, with all the updates that they apply") {
    const auto writers = GENERATE(clock_writers::each_worker, clock_writers::one_thread);
    for (const auto mode : {staleness_mode::sampled, staleness_mode::exact}) {
        update_clocks clocks(2, writers);
        std::vector<worker_statistics> statistics(2);
        staleness_probe one(clocks, 0, {.mode = mode, .period = 100}, statistics[0]);
        staleness_probe other(clocks, 1, {.mode = mode, .period = 100}, statistics[1]);
        one.merged(0); // takes its copy
        other.merged(0);
        other.merged(5); // nothing of the other's before it
        one.merged(3);   // the five
        other.merged(4); // the three
        REQUIRE(statistics[0].staleness.samples() == 3);
        REQUIRE(statistics[0].staleness.mean() == 5);
        REQUIRE(statistics[1].staleness.samples() == 9);
        REQUIRE(statistics[1].staleness.maximum() == 3);
        REQUIRE(statistics[1].as_sampled.samples() == (mode == staleness_mode::exact ? 9 : 0));
        REQUIRE(statistics[0].overlap.samples() == 0);
    }
}

TEST_CASE("with threads, no update overlaps fewer updates than it is stale by") {
    constexpr std::size_t workers = 4;
    const auto updates = static_cast<std::uint64_t>(test::repetitions(50'000, 5'000));
    update_clocks clocks(workers);
    std::vector<std::uint64_t> overlaps(workers);
    std::vector<std::uint64_t> violations(workers);
    test::on_threads(workers, [&](unsigned worker) {
        for (std::uint64_t update = 0; update < updates; ++update) {
            worker_statistics one; // of a single update
            staleness_probe probe(clocks, worker, {.mode = staleness_mode::exact, .period = 1}, one);
            probe.at_read();
            if (update % 16 == 0) {
                std::this_thread::yield(); // the others' turn, on one core too
            }
            probe.at_apply();
            probe.applied();
            overlaps[worker] += one.overlap.maximum();
            const bool possible = one.staleness.maximum() <= one.overlap.maximum() && one.overlap.maximum() <= workers * updates;
            violations[worker] += possible ? 0 : 1;
        }
    });
    for (std::size_t worker = 0; worker < workers; ++worker) {
        REQUIRE(violations[worker] == 0);
        REQUIRE(overlaps[worker] > 0); // else the threads never met, and nothing was tested
        REQUIRE(clocks.own(worker) == updates);
    }
}

TEST_CASE("an update that is given up is no sample, and is not under way any more") {
    constexpr std::uint64_t period = 3;
    for (const auto mode : {staleness_mode::exact, staleness_mode::sampled, staleness_mode::off}) {
        update_clocks clocks(2);
        std::vector<worker_statistics> statistics(2);
        staleness_probe quick(clocks, 0, {.mode = mode, .period = period}, statistics[0]);
        staleness_probe slow(clocks, 1, {.mode = mode, .period = period}, statistics[1]);
        constexpr std::uint64_t updates = 60;
        // the slow one gives every second one up
        for (std::uint64_t update = 0; update < updates; ++update) {
            slow.at_read();
            quick.at_read();
            quick.at_apply();
            quick.applied();
            if (update % 2 == 0) {
                slow.dropped();
            } else {
                slow.at_apply();
                slow.applied();
            }
        }
        const bool exact = mode == staleness_mode::exact;
        // of every third, every second is dropped
        const std::uint64_t sampled = mode == staleness_mode::sampled ? updates / period / 2 : 0;
        REQUIRE(statistics[0].staleness.samples() == (exact ? updates : 2 * sampled));
        REQUIRE(statistics[1].staleness.samples() == (exact ? updates / 2 : sampled));
        REQUIRE(statistics[1].as_sampled.samples() == (exact ? updates / period / 2 : 0));
        REQUIRE(statistics[1].staleness.maximum() == (mode == staleness_mode::off ? 0 : 1));
        // the slow one's update of the time, and none that it gave up before
        REQUIRE(statistics[0].overlap.maximum() == (exact ? 1 : 0));
        REQUIRE(statistics[1].overlap.samples() == (exact ? updates / 2 : 0));
        REQUIRE(clocks.own(1) == (mode == staleness_mode::off ? 0 : updates));
    }
}
