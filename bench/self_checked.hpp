// What the microbenchmarks share: checks that fail a benchmark and its program, a mark on more
// workers than processors, and their `main`.
#pragma once

#include "peccary/core/topology.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

namespace peccary::bench {

inline std::atomic<bool> a_check_has_failed{false};

/// To be called after the timed loop: makes an error of a benchmark that has timed something else
/// than it says. Any of its threads may call.
inline void require(benchmark::State& state, bool holds, const std::string& what) {
    if (!holds) {
        // read after all threads are joined
        a_check_has_failed.store(true, std::memory_order_relaxed);
        state.SkipWithError(what.c_str());
    }
}

/// Registers `timed(state)`. Once a check of it has failed, its further runs fail unrun: Google
/// Benchmark 1.7 crashes over repetitions of which the first has failed and others have not, when
/// it computes their median.
template <class Timed>
auto* add(const std::string& name, Timed timed) {
    // the threads of a run look at it before its loop, and write it after
    const auto failed = std::make_shared<std::atomic<bool>>(false);
    return benchmark::RegisterBenchmark(name.c_str(), [timed, failed](benchmark::State& state) {
        if (failed->load(std::memory_order_relaxed)) {
            state.SkipWithError("not timed, since a check of this benchmark has failed before");
            return;
        }
        timed(state);
        if (state.error_occurred()) {
            failed->store(true, std::memory_order_relaxed);
        }
    });
}

/// Processors that this process may use.
inline std::size_t processors() {
    static const std::size_t usable = usable_processors().size();
    return usable;
}

/// Times of more workers than processors are mostly the system's scheduling, and must not be read
/// as those of the others.
inline void label_oversubscribed(benchmark::State& state, std::size_t workers) {
    if (workers > processors()) {
        state.SetLabel("oversubscribed");
    }
}

/// Work a second of wall time, by all threads together; `work` is that of the calling thread.
inline benchmark::Counter rate(double work) { return {work, benchmark::Counter::kIsRate}; }

/// Runs what `register_all` registers, under the command line's options; what a `main` returns.
/// `question` is kept with the results.
inline int run(int argc, char** argv, const char* question, void (*register_all)()) {
    benchmark::AddCustomContext("question", question);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return EXIT_FAILURE;
    }
    register_all();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return a_check_has_failed.load(std::memory_order_relaxed) ? EXIT_FAILURE : EXIT_SUCCESS;
}

} // namespace peccary::bench
