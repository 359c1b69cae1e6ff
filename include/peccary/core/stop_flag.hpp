// The cooperative stop: set by a signal handler, a diverged worker or a caller; seen by every worker between two chunks of updates.
#pragma once

#include <atomic>

namespace peccary {

/// Thread-safety: all members may be called from any thread and from a signal handler (the atomic is lock-free).
class stop_flag {
public:
    // Relaxed: the flag carries no data. Whoever acts on the stop joins the workers first, and the join orders everything else.
    void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
    void clear() noexcept { requested_.store(false, std::memory_order_relaxed); }
    bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }

private:
    static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not take a lock");
    std::atomic<bool> requested_{false};
};

} // namespace peccary
