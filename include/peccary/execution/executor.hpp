// The contract of executors: what runs P workers.
#pragma once

#include "peccary/core/error.hpp"

#include <concepts>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace peccary {

struct executor_info {
    std::string_view name;
    std::string_view summary;
    /// guarantees that all workers run at once, so that they may wait for each other
    bool concurrent;
    bool several;           ///< can run more than one worker
    bool pins;              ///< can keep a worker on a processor
    bool simulated = false; ///< its asynchronous workers take turns in virtual time
};

/// `run(P, body)` calls `body(0)` ... `body(P - 1)` once each, returns when all have returned, and
/// rethrows the first exception. What the caller wrote before is visible to the bodies, and what
/// they wrote is visible to the caller after. Type-erased, since it is called once per stretch of
/// thousands of updates. Thread-safety: one `run` at a time per executor.
class executor {
public:
    using body = std::function<void(unsigned worker)>;

    executor() = default;
    executor(const executor&) = delete;
    executor& operator=(const executor&) = delete;
    virtual ~executor() = default;

    /// Throws `usage_error` if this executor cannot run so many workers.
    virtual void run(unsigned workers, const body& work) = 0;
    virtual const executor_info& about() const noexcept = 0;
};

/// An executor class as it stands in the list: constructed from the number of workers and whether
/// to pin them.
template <class Executor>
concept executor_type = std::derived_from<Executor, executor> && std::constructible_from<Executor, unsigned, bool> && requires {
    { Executor::info } -> std::convertible_to<executor_info>;
};

/// Keeps the first exception of several workers. Thread-safety: `run` from any thread; `rethrow`
/// after the join.
class first_exception {
public:
    template <class Work>
    void run(Work&& work) noexcept {
        try {
            std::forward<Work>(work)();
        } catch (...) {
            const std::lock_guard held(mutex_);
            if (!caught_) {
                caught_ = std::current_exception();
            }
        }
    }
    void rethrow() {
        if (caught_) {
            std::rethrow_exception(std::exchange(caught_, nullptr));
        }
    }

private:
    std::mutex mutex_;
    std::exception_ptr caught_;
};

} // namespace peccary
