// The cooperative stop: set by a signal handler, a diverged worker, a caller or the clock; seen by
// every worker between two chunks of updates.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace peccary {

/// Thread-safety: all members but `request_after` may be called from any thread and from a signal
/// handler (the atomic is lock-free).
class stop_flag {
public:
    // Relaxed: the flag carries no data. Whoever acts on the stop joins the workers first, and the
    // join orders everything else.
    void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
    /// Requests a stop as long after `requested` is first called. Before any worker runs; `clear`
    /// does not undo it.
    void request_after(std::chrono::nanoseconds length) noexcept { length_ = length; }
    void clear() noexcept { requested_.store(false, std::memory_order_relaxed); }
    bool requested() const noexcept {
        return requested_.load(std::memory_order_relaxed) || (length_ != (std::chrono::nanoseconds::max)() && time_is_up());
    }

private:
    bool time_is_up() const noexcept {
        const std::int64_t now = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
        std::int64_t begin = begin_.load(std::memory_order_relaxed);
        const bool first = begin == 0 && begin_.compare_exchange_strong(begin, now, std::memory_order_relaxed);
        return !first && now - begin >= length_.count();
    }

    static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not take a lock");
    std::atomic<bool> requested_{false};
    /// written before the workers start
    std::chrono::nanoseconds length_ = (std::chrono::nanoseconds::max)();
    /// when `requested` was first called; only with a length
    mutable std::atomic<std::int64_t> begin_{0};
};

} // namespace peccary
