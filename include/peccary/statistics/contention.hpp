// What waiting for each other cost one worker.
#pragma once

#include <cstdint>

namespace peccary {

/// Plain values, owned by one worker while it runs.
struct contention {
    std::uint64_t retries = 0;   ///< compare-and-swap attempts that failed
    std::uint64_t contended = 0; ///< lock acquisitions that had to wait
    double lock_seconds = 0;     ///< spent waiting for locks
    double barrier_seconds = 0;  ///< spent waiting at barriers, or for one's turn

    void merge(const contention& other) noexcept {
        retries += other.retries;
        contended += other.contended;
        lock_seconds += other.lock_seconds;
        barrier_seconds += other.barrier_seconds;
    }
};

} // namespace peccary
