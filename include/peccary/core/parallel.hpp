// Loops on threads: one piece of work on each of them, and a fixed number of tasks shared out among
// them.
#pragma once

#include "peccary/core/topology.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace peccary {

/// Runs `work()` on `threads` threads, the caller's among them, and returns when all are done; on
/// fewer if the system grants no more, so `work` must take its share from a common supply. `work`
/// may not throw.
template <class Work>
void run_on_threads(unsigned threads, const Work& work) {
    std::vector<std::jthread> helpers;
    try {
        helpers.reserve(threads);
        const std::vector<int> processors = threads > 1 ? processors_from_here() : std::vector<int>();
        while (helpers.size() + 1 < threads) {
            helpers.emplace_back([&work] { work(); });
            start_on(processors[helpers.size() % processors.size()], helpers.back().native_handle());
        }
    } catch (const std::system_error&) {
        // Out of threads: those that run, and this one, do the work.
    }
    work();
}

/// Calls `task(i)` for every i below `count`, on up to `threads` threads. `task` may not throw.
template <class Task>
void for_each_task(unsigned threads, std::size_t count, const Task& task) {
    std::atomic<std::size_t> next{0};
    run_on_threads(static_cast<unsigned>((std::min<std::size_t>)(threads, count)), [&] {
        // Relaxed: the counter only deals out numbers; joining the threads publishes what the tasks
        // wrote.
        for (std::size_t i = next.fetch_add(1, std::memory_order_relaxed); i < count; i = next.fetch_add(1, std::memory_order_relaxed)) {
            task(i);
        }
    });
}

} // namespace peccary
