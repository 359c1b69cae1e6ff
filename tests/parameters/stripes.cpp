// The lock table: ascending coordinates have ascending stripes, a stripe has one holder at a time,
// and waiting is counted.
#include "catch.hpp"

#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include "peccary/core/random.hpp"
#include "peccary/parameters/stripes.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using peccary::contention;
using peccary::stripes;

TEST_CASE("stripes cover all coordinates, in order, and are not more than promised") {
    for (const std::size_t coordinates :
         {std::size_t{1}, std::size_t{100}, stripes::most_stripes - 1, stripes::most_stripes, 5 * stripes::most_stripes + 3}) {
        CAPTURE(coordinates);
        const stripes table(coordinates);
        REQUIRE(table.size() <= stripes::most_stripes + 1);
        REQUIRE(table.stripe_of(0) == 0);
        REQUIRE(table.stripe_of(coordinates - 1) < table.size());
        const std::size_t stride = std::max<std::size_t>(1, coordinates / 1000);
        for (std::size_t at = 0; at + stride < coordinates; at += stride) {
            REQUIRE(table.stripe_of(at) <= table.stripe_of(at + stride));
        }
    }
    const stripes small(1000);
    // a lock for each coordinate, as in the paper
    REQUIRE(small.stripe_of(17) != small.stripe_of(18));
}

TEST_CASE("a stripe has one holder at a time") {
    stripes table(4);
    // plain memory, guarded by the stripes: the thread sanitizer checks it too
    std::vector<long> counts(4);
    const unsigned threads = 16;
    const int rounds = test::repetitions(20000, 2000);
    test::on_threads(threads, [&](unsigned thread) {
        contention tally;
        for (int round = 0; round < rounds; ++round) {
            const std::size_t stripe = (static_cast<std::size_t>(round) + thread) % 4;
            table.lock(stripe, tally);
            ++counts[stripe];
            table.unlock(stripe);
        }
    });
    REQUIRE(counts == std::vector<long>(4, static_cast<long>(threads) * rounds / 4));
}

TEST_CASE("locking supports in ascending order cannot deadlock") {
    constexpr std::uint32_t coordinates = 10;
    stripes table(coordinates);
    std::vector<long> counts(coordinates);
    std::atomic<long> expected{0};
    test::on_threads(8, [&](unsigned thread) {
        contention tally;
        peccary::random_stream random(1, thread, 0);
        for (int round = 0; round < test::repetitions(20000, 2000); ++round) {
            const auto mask = random.below(1U << coordinates);
            for (std::uint32_t at = 0; at < coordinates; ++at) {
                if ((mask >> at & 1U) != 0) {
                    table.lock(table.stripe_of(at), tally);
                }
            }
            for (std::uint32_t at = 0; at < coordinates; ++at) {
                if ((mask >> at & 1U) != 0) {
                    ++counts[at];
                    expected.fetch_add(1, std::memory_order_relaxed);
                    table.unlock(table.stripe_of(at));
                }
            }
        }
    });
    long counted = 0;
    for (const long count : counts) {
        counted += count;
    }
    REQUIRE(counted == expected.load(std::memory_order_relaxed));
}

TEST_CASE("who waits is counted, and how long") {
    // Whether the other thread arrives while the lock is held is the system's to decide, so it is
    // held longer each time until it does.
    contention holder;
    contention waiter;
    for (int milliseconds = 1; waiter.contended == 0 && milliseconds < 10000; milliseconds *= 2) {
        stripes table(1);
        table.lock(0, holder);
        std::thread other([&] {
            table.lock(0, waiter);
            table.unlock(0);
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        table.unlock(0);
        other.join();
    }
    REQUIRE(holder.contended == 0);
    REQUIRE(holder.lock_seconds == 0);
    REQUIRE(waiter.contended == 1);
    REQUIRE(waiter.lock_seconds > 0);
}
