// Workers on `std::thread`s that are started once and parked between runs.
#pragma once

#include "peccary/core/spin_pause.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/execution/spinning.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace peccary {

/// Worker 0 is the calling thread. Considerations: starting a thread takes 20 to 50 microseconds
/// and waking a parked one about as long, while an epoch of a small data set takes 500. So threads
/// are kept, and spin before they park (execution/spinning.hpp): the next run usually follows at
/// once.
class thread_executor final : public executor {
public:
    static constexpr executor_info info{
        .name = "threads", .summary = "std::thread, started once", .concurrent = true, .several = true, .pins = true};

    thread_executor(unsigned workers, bool pin)
        : pin_(pin), spins_(spins_before_sleeping(workers)), homes_(pin || workers == 1 ? std::vector<int>() : processors_from_here()) {
        try {
            for (unsigned worker = 1; worker < workers; ++worker) {
                threads_.emplace_back([this, worker] { serve(worker); });
                if (const auto home = home_of(worker)) {
                    start_on(*home, threads_.back().native_handle());
                }
            }
            // pairs with the acquire in `next_work`
            settled_.store(true, std::memory_order_release);
        } catch (...) {
            stop();
            throw;
        }
    }
    thread_executor(const thread_executor&) = delete;
    thread_executor& operator=(const thread_executor&) = delete;
    ~thread_executor() override { stop(); }

    void run(unsigned workers, const body& work) override {
        if (workers > threads_.size() + 1) {
            throw usage_error("this executor has " + std::to_string(threads_.size() + 1) + " threads, not " + std::to_string(workers));
        }
        if (workers > 1) {
            {
                const std::lock_guard held(mutex_);
                work_ = &work;
                active_ = workers;
                // published by the release below
                running_.store(workers - 1, std::memory_order_relaxed);
                // pairs with the acquires in `next_work`
                generation_.fetch_add(1, std::memory_order_release);
            }
            start_.notify_all();
        }
        failure_.run([&] {
            const pinned_scope pinned(0, pin_);
            work(0);
        });
        if (workers > 1) {
            join();
        }
        failure_.rethrow();
    }
    const executor_info& about() const noexcept override { return info; }

private:
    void join() {
        // pairs with the release in `serve`
        const auto finished = [this] { return running_.load(std::memory_order_acquire) == 0; };
        for (int spin = 0; spin < spins_; ++spin) {
            if (finished()) {
                return;
            }
            spin_pause();
        }
        const bound_scope wake_at_home(home_of(0));
        std::unique_lock held(mutex_);
        done_.wait(held, finished);
    }

    /// Where a worker starts, and wakes if it slept: nowhere in particular if it is pinned, or if
    /// there is not a processor for each.
    std::optional<int> home_of(unsigned worker) const {
        return spins_ > 0 && worker < homes_.size() ? std::optional(homes_[worker]) : std::nullopt;
    }

    void serve(unsigned worker) {
        const pinned_scope pinned(worker, pin_);
        std::uint64_t seen = 0;
        while (const body* const work = next_work(worker, seen)) {
            failure_.run([&] { (*work)(worker); });
            // Release: whoever sees the count fall sees the work. The lock keeps the last one from
            // slipping between the caller's look and its sleep.
            const std::lock_guard held(mutex_);
            if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                done_.notify_one();
            }
        }
    }

    /// Waits for a generation after `seen` in which `worker` takes part, and returns its work; null
    /// when the executor stops.
    const body* next_work(unsigned worker, std::uint64_t& seen) {
        const auto started = [&] {
            return stopping_.load(std::memory_order_acquire) || generation_.load(std::memory_order_acquire) != seen;
        };
        while (true) {
            for (int spin = 0; spin < spins_ && !started(); ++spin) {
                spin_pause();
            }
            // Not before `start_on`, which sets the mask too, is through with all.
            const bool may_bind = settled_.load(std::memory_order_acquire) && !started();
            const bound_scope wake_at_home(may_bind ? home_of(worker) : std::nullopt);
            std::unique_lock held(mutex_);
            start_.wait(held, started);
            if (stopping_.load(std::memory_order_acquire)) {
                return nullptr;
            }
            seen = generation_.load(std::memory_order_acquire);
            if (worker < active_) {
                return work_;
            }
        }
    }

    void stop() noexcept {
        {
            const std::lock_guard held(mutex_);
            // pairs with the acquire in `next_work`
            stopping_.store(true, std::memory_order_release);
        }
        start_.notify_all();
        for (auto& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

    bool pin_;
    int spins_;
    std::vector<int> homes_; ///< a processor for each worker
    std::atomic<bool> settled_{false};
    std::mutex mutex_; // held to change what sleepers wait for; guards `work_` and `active_`
    std::condition_variable start_;
    std::condition_variable done_;
    const body* work_ = nullptr;
    unsigned active_ = 0;
    std::atomic<unsigned> running_{0};
    std::atomic<std::uint64_t> generation_{0};
    std::atomic<bool> stopping_{false};
    first_exception failure_;
    std::vector<std::thread> threads_; // last: the threads use all of the above
};

static_assert(executor_type<thread_executor>);

} // namespace peccary
