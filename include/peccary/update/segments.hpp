// The shared parameters in segments, each with a lock of its own, so that workers with private
// copies can merge side by side.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/core/types.hpp"
#include "peccary/statistics/contention.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <vector>

namespace peccary {

/// Considerations. With one lock for all, merges took half of the time of softmax over 62,061
/// features x 20 classes.
class segments {
public:
    /// Of a buffer of `size` reals.
    explicit segments(std::size_t size) : size_(size), locks_((size + length - 1) / length) {}

    /// Calls `visit(from, size)` for each segment, with its lock held. Of `count` workers each
    /// begins with another one. Counts in `tally` the time that it waits for locks, and the rest as
    /// that of merging. Any thread.
    template <class Visitor>
    void for_each(unsigned worker, unsigned count, contention& tally, Visitor visit) {
        const stopwatch merging;
        const double waited_before = tally.lock_seconds;
        const std::size_t first = locks_.size() * worker / count;
        for (std::size_t i = 0; i < locks_.size(); ++i) {
            const std::size_t at = (first + i) % locks_.size();
            std::unique_lock held(locks_[at], std::try_to_lock);
            if (!held.owns_lock()) {
                const stopwatch waiting;
                held.lock();
                ++tally.contended;
                tally.lock_seconds += waiting.seconds();
            }
            visit(at * length, (std::min)(length, size_ - at * length));
        }
        tally.merge_seconds += merging.seconds() - (tally.lock_seconds - waited_before);
    }

private:
    static constexpr std::size_t length = 8192; ///< in reals
    std::size_t size_;
    std::vector<std::mutex> locks_;
};

} // namespace peccary
