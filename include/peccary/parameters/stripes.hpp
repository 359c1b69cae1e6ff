// A table of one-byte spin locks over the coordinates of a parameter buffer.
#pragma once

#include "peccary/core/spin_pause.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/core/types.hpp"
#include "peccary/statistics/contention.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <thread>

namespace peccary {

/// Stripe s guards 2^shift consecutive coordinates from s * 2^shift, so ascending coordinates have
/// ascending stripes: whoever locks a row's support in order takes the locks in order, and cannot
/// deadlock.
/// Considerations. Up to `most_stripes` coordinates each has a lock of its own (the fine-grained
/// locking, AIG, of the Hogwild! paper); above, neighbours share, which costs false conflicts but
/// no correctness. A `std::mutex` takes 40 bytes, ten times what it guards.
class stripes {
public:
    static constexpr std::size_t most_stripes = std::size_t{1} << 22U;

    explicit stripes(std::size_t coordinates)
        : shift_(static_cast<unsigned>(std::bit_width(coordinates / most_stripes))), count_((coordinates >> shift_) + 1),
          locks_(std::make_unique<std::atomic<bool>[]>(count_)) {}

    std::size_t stripe_of(std::size_t coordinate) const noexcept { return coordinate >> shift_; }
    std::size_t size() const noexcept { return count_; }

    void lock(std::size_t stripe, contention& tally) noexcept {
        if (!try_lock(stripe)) {
            wait_for(stripe, tally);
        }
    }

    bool try_lock(std::size_t stripe) noexcept {
        // pairs with the release in `unlock`
        return !locks_[stripe].exchange(true, std::memory_order_acquire);
    }

    void unlock(std::size_t stripe) noexcept {
        // pairs with the acquire in `try_lock`
        locks_[stripe].store(false, std::memory_order_release);
    }

private:
    void wait_for(std::size_t stripe, contention& tally) noexcept {
        // some microseconds: longer than a holder needs that is not preempted
        constexpr int spins_before_yield = 64;
        const stopwatch waiting;
        ++tally.contended;
        for (int spins = 0;; ++spins) {
            // Look before swapping: the line stays shared among the waiters until the lock is free.
            if (!locks_[stripe].load(std::memory_order_relaxed) && try_lock(stripe)) {
                break;
            }
            if (spins >= spins_before_yield) {
                // with more threads than cores the holder may be waiting for this core
                std::this_thread::yield();
            } else {
                spin_pause();
            }
        }
        tally.lock_seconds += waiting.seconds();
    }

    unsigned shift_;
    std::size_t count_;
    std::unique_ptr<std::atomic<bool>[]> locks_;
};

} // namespace peccary
