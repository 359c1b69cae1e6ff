// A reusable barrier that spins for a while, then sleeps, and says how long it waited.
#pragma once

#include "peccary/core/spin_pause.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/core/types.hpp"
#include "peccary/execution/spinning.hpp"
#include "peccary/statistics/contention.hpp"

#include <atomic>
#include <cstdint>

namespace peccary {

/// Considerations. `std::barrier` in libstdc++ 12 also spins and sleeps, but cannot count what it
/// waited, and synchronous training meets two barriers per mini-batch, so the spin must be long
/// enough that with a core for each worker nobody sleeps: who was 5 microseconds early and slept
/// came 25 too late, and kept others waiting at the next barrier.
/// Thread-safety: `arrive_and_wait` by exactly `workers` threads a round.
class barrier {
public:
    explicit barrier(unsigned workers) : workers_(workers), spins_(spins_before_sleeping(workers)) {}

    /// Returns when all workers have arrived; what each wrote before is visible to all after.
    void arrive_and_wait(contention& tally) noexcept {
        // cannot change before this worker arrives
        const std::uint32_t round = round_.load(std::memory_order_relaxed);
        // acq_rel: the last arrival sees what all wrote, and passes it on with the release below.
        if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == workers_) {
            arrived_.store(0, std::memory_order_relaxed); // published by the release below
            // pairs with the acquire loads below
            round_.store(round + 1, std::memory_order_release);
            round_.notify_all();
            return;
        }
        const stopwatch waiting;
        for (int spin = 0; spin < spins_; ++spin) {
            if (round_.load(std::memory_order_acquire) != round) {
                tally.barrier_seconds += waiting.seconds();
                return;
            }
            spin_pause();
        }
        while (round_.load(std::memory_order_acquire) == round) {
            round_.wait(round, std::memory_order_acquire);
        }
        tally.barrier_seconds += waiting.seconds();
    }

private:
    unsigned workers_;
    int spins_;
    alignas(cache_line) std::atomic<std::uint32_t> arrived_{0}; // written by all
    // read by the waiting, written once a round
    alignas(cache_line) std::atomic<std::uint32_t> round_{0};
};

} // namespace peccary
