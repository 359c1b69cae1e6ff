// What the others cost one worker: waiting for them, trying again after them, and merging with
// them.
#pragma once

#include <cstdint>

namespace peccary {

/// Plain values, owned by one worker while it runs. Times are wall-clock time.
struct contention {
    std::uint64_t retries = 0;   ///< compare-and-swap attempts that failed
    std::uint64_t contended = 0; ///< lock acquisitions that had to wait
    /// updates that were given up, as others were faster at each attempt
    std::uint64_t dropped = 0;
    double lock_seconds = 0;    ///< spent waiting for locks
    double barrier_seconds = 0; ///< spent waiting at barriers, or for one's turn
    /// from an add's or a version's first failed attempt to its success or end; that of adds by
    /// `sampled_time`
    double retry_seconds = 0;
    /// spent merging what is private with what is shared, without waiting for locks
    double merge_seconds = 0;

    void merge(const contention& other) noexcept {
        retries += other.retries;
        contended += other.contended;
        dropped += other.dropped;
        lock_seconds += other.lock_seconds;
        barrier_seconds += other.barrier_seconds;
        retry_seconds += other.retry_seconds;
        merge_seconds += other.merge_seconds;
    }
};

} // namespace peccary
