// Runs a function on many plain threads that begin together.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace test {

/// Calls `work(0)` ... `work(threads - 1)`, each on a thread of its own, none before all are there;
/// returns when all have returned.
template <class Work>
void on_threads(unsigned threads, Work work) {
    std::atomic<unsigned> waiting{threads};
    std::vector<std::thread> all;
    for (unsigned thread = 0; thread < threads; ++thread) {
        all.emplace_back([&, thread] {
            // orders nothing: the threads merely start together
            waiting.fetch_sub(1, std::memory_order_relaxed);
            while (waiting.load(std::memory_order_relaxed) > 0) {
                std::this_thread::yield();
            }
            work(thread);
        });
    }
    for (auto& thread : all) {
        thread.join();
    }
}

} // namespace test
