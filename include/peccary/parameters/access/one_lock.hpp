// One lock for all parameters, held during each whole read and each whole add.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/access/exclusive.hpp"

#include <mutex>

namespace peccary {

/// `load` and `add` may be called only while a `guard()` is held; `shared_view` sees to that. A
/// whole dot product, row or block is one critical section, so reads are consistent; between a
/// worker's read and its add others may add.
struct one_lock : private exclusive {
    static constexpr access_info info{.name = "one_lock", .race_free = true, .lossless = true};

    explicit one_lock(std::mutex& mutex) noexcept : mutex_(&mutex) {}

    using exclusive::add;
    using exclusive::add_block;
    using exclusive::load;
    using exclusive::load_block;

    /// Nothing while the worker holds the lock already (`lock`).
    std::unique_lock<std::mutex> guard() { return locked_ ? std::unique_lock<std::mutex>() : acquire(); }

    /// Enclose several operations, which are then one critical section.
    void lock() {
        acquire().release(); // stays locked
        locked_ = true;
    }
    void unlock() noexcept {
        locked_ = false;
        mutex_->unlock();
    }

    contention tally() const noexcept { return tally_; }

private:
    std::unique_lock<std::mutex> acquire() {
        std::unique_lock<std::mutex> held(*mutex_, std::try_to_lock);
        if (!held.owns_lock()) {
            const stopwatch waiting;
            held.lock();
            ++tally_.contended;
            tally_.lock_seconds += waiting.seconds();
        }
        return held;
    }

    std::mutex* mutex_;
    contention tally_;
    bool locked_ = false; ///< by `lock`
};

static_assert(race_free_access<one_lock> && one_lock::info.lossless);

} // namespace peccary
