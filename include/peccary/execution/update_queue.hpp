// Hands out the updates of a stretch of an epoch to workers, in order, in chunks.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/core/types.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace peccary {

/// A range of update numbers [first, last).
struct update_range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool empty() const noexcept { return first == last; }
};

/// Since chunks are handed out in order and a claimed chunk is always finished, the updates done
/// when a run stops are a prefix: one number says where to resume.
/// Thread-safety: `claim` from any worker; `completed` after the join.
class update_queue {
public:
    update_queue(std::uint64_t first, std::uint64_t last, std::uint64_t chunk, const stop_flag& stop) noexcept
        : last_(last), chunk_(chunk), stop_(&stop), next_(first) {}

    /// The next chunk, or an empty range when there is none left or a stop is requested.
    update_range claim() noexcept {
        if (stop_->requested()) {
            return {};
        }
        // Relaxed: claiming orders nothing but the claims themselves.
        const std::uint64_t first = next_.fetch_add(chunk_, std::memory_order_relaxed);
        return first < last_ ? update_range{.first = first, .last = (std::min)(first + chunk_, last_)} : update_range{};
    }

    /// One past the last update that was handed out.
    std::uint64_t completed() const noexcept { return (std::min)(next_.load(std::memory_order_relaxed), last_); }

private:
    std::uint64_t last_;
    std::uint64_t chunk_;
    const stop_flag* stop_;
    alignas(cache_line) std::atomic<std::uint64_t> next_;
};

} // namespace peccary
