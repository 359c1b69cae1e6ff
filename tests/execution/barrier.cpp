// The barrier: nobody leaves before all have arrived, what each wrote is visible to all, round
// after round, however few the cores.
#include "catch.hpp"

#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include "peccary/execution/barrier.hpp"

#include <chrono>
#include <thread>
#include <vector>

using peccary::barrier;
using peccary::contention;

TEST_CASE("all workers of a round see all of the round before") {
    for (const unsigned workers : {1U, 2U, 4U, 32U}) {
        CAPTURE(workers);
        barrier meet(workers);
        std::vector<int> rounds_done(workers); // plain memory: ordered by the barrier alone
        std::vector<int> behind(workers);
        std::vector<contention> tallies(workers);
        const int rounds = test::repetitions(3000, 300);
        test::on_threads(workers, [&](unsigned worker) {
            for (int round = 1; round <= rounds; ++round) {
                rounds_done[worker] = round;
                meet.arrive_and_wait(tallies[worker]);
                for (const int other : rounds_done) {
                    behind[worker] += other != round ? 1 : 0;
                }
                meet.arrive_and_wait(tallies[worker]);
            }
        });
        REQUIRE(behind == std::vector<int>(workers, 0));
        double waited = 0;
        for (const auto& tally : tallies) {
            REQUIRE(tally.barrier_seconds >= 0);
            waited += tally.barrier_seconds;
        }
        REQUIRE((waited > 0) == (workers > 1)); // of two that meet, one came first
    }
}

TEST_CASE("who has waited so long that it sleeps is woken") {
    for (const unsigned workers : {2U, 32U}) {
        CAPTURE(workers);
        barrier meet(workers);
        int written = 0; // plain memory: ordered by the barrier alone
        std::vector<int> seen(workers);
        std::vector<contention> tallies(workers);
        test::on_threads(workers, [&](unsigned worker) {
            for (int round = 1; round <= 5; ++round) {
                if (worker == 0) {
                    // spinning ends before
                    std::this_thread::sleep_for(std::chrono::milliseconds(5));
                    written = round;
                }
                meet.arrive_and_wait(tallies[worker]);
                seen[worker] += written;
                meet.arrive_and_wait(tallies[worker]);
            }
        });
        REQUIRE(seen == std::vector<int>(workers, 1 + 2 + 3 + 4 + 5));
    }
}
