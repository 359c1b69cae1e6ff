// The update queue: each update to one worker, chunks in order, and after a stop what was done is a
// prefix.
#include "catch.hpp"

#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include "peccary/execution/update_queue.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

using peccary::stop_flag;
using peccary::update_queue;
using peccary::update_range;

TEST_CASE("every update is handed out once, to whoever asks") {
    for (const unsigned workers : {1U, 8U, 32U}) {
        for (const std::uint64_t chunk : {1, 4, 32}) {
            for (const std::uint64_t first : {0, 7}) {
                const std::uint64_t last = first + static_cast<std::uint64_t>(test::repetitions(20011, 2011));
                CAPTURE(workers, chunk, first);
                const stop_flag never;
                update_queue queue(first, last, chunk, never);
                std::vector<std::vector<update_range>> claimed(workers);
                test::on_threads(workers, [&](unsigned worker) {
                    for (auto range = queue.claim(); !range.empty(); range = queue.claim()) {
                        claimed[worker].push_back(range);
                    }
                });
                std::vector<int> counts(last);
                for (const auto& ranges : claimed) {
                    REQUIRE(std::ranges::is_sorted(ranges, {}, &update_range::first));
                    for (const auto& range : ranges) {
                        REQUIRE((range.first - first) % chunk == 0);
                        REQUIRE(range.last - range.first <= chunk);
                        for (auto update = range.first; update < range.last; ++update) {
                            ++counts.at(update);
                        }
                    }
                }
                const auto begin = counts.begin() + static_cast<std::ptrdiff_t>(first);
                REQUIRE(std::all_of(counts.begin(), begin, [](int count) { return count == 0; }));
                REQUIRE(std::all_of(begin, counts.end(), [](int count) { return count == 1; }));
                REQUIRE(queue.completed() == last);
                REQUIRE(queue.claim().empty());
            }
        }
    }
}

TEST_CASE("a limit of time stops as a request does, counted from the first claim") {
    const auto length = std::chrono::milliseconds(5);
    stop_flag stop;
    stop.request_after(length);
    std::this_thread::sleep_for(2 * length);
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t last = UINT64_MAX / 2; // nobody gets there
    update_queue queue(0, last, 8, stop);
    std::vector<std::uint64_t> updates(4);
    test::on_threads(4, [&](unsigned worker) {
        for (auto range = queue.claim(); !range.empty(); range = queue.claim()) {
            updates[worker] += range.last - range.first;
        }
    });
    REQUIRE(std::chrono::steady_clock::now() - begin >= length);
    REQUIRE(stop.requested());
    REQUIRE(std::accumulate(updates.begin(), updates.end(), std::uint64_t{0}) == queue.completed());
    REQUIRE(queue.completed() > 0);
    REQUIRE(queue.completed() < last);

    stop_flag early;
    early.request_after(std::chrono::hours(1));
    REQUIRE(!early.requested());
    REQUIRE(!early.requested());
    early.request();
    REQUIRE(early.requested());
}

TEST_CASE("after a stop, what was handed out is a prefix") {
    for (int attempt = 0; attempt < 50; ++attempt) {
        stop_flag stop;
        const std::uint64_t last = 100000;
        update_queue queue(3, last, 8, stop);
        std::vector<std::vector<update_range>> claimed(8);
        test::on_threads(8, [&](unsigned worker) {
            for (auto range = queue.claim(); !range.empty(); range = queue.claim()) {
                claimed[worker].push_back(range);
                if (worker == 3 && claimed[worker].size() == static_cast<std::size_t>(attempt)) {
                    stop.request();
                }
            }
        });
        std::vector<int> counts(last);
        for (const auto& ranges : claimed) {
            for (const auto& range : ranges) {
                for (auto update = range.first; update < range.last; ++update) {
                    ++counts[update];
                }
            }
        }
        const auto completed = queue.completed();
        for (std::uint64_t update = 0; update < last; ++update) {
            REQUIRE(counts[update] == (update >= 3 && update < completed ? 1 : 0));
        }
    }
}

TEST_CASE("a stop before the first claim, and an empty queue") {
    stop_flag stop;
    stop.request();
    update_queue stopped(5, 10, 2, stop);
    REQUIRE(stopped.claim().empty());
    REQUIRE(stopped.completed() == 5);
    stop.clear();
    REQUIRE(stopped.claim().first == 5);

    update_queue empty(5, 5, 2, stop);
    REQUIRE(empty.claim().empty());
    REQUIRE(empty.completed() == 5);
}
