// What a scheme is given to run: an epoch, or the part of one between two folds of the weight
// scale.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/core/types.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/execution/update_queue.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/step/step_table.hpp"
#include "peccary/update/run_state.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace peccary {

class problem;
struct applied_rule;

/// Update u of the epoch is the mean gradient of the examples order[u * batch] ...
/// order[(u + 1) * batch - 1], the last one possibly of fewer. The stretch has the updates
/// [first, last). It is a view: everything it refers to outlives the call of `scheme.run`.
struct stretch {
    const problem& task;
    std::span<const row_index> order; ///< of the whole epoch
    std::uint64_t batch = 1;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    double work = 1; ///< of an update, in visits of a nonzero: some nanoseconds
    const step_table& steps;
    parameters& shared;
    executor& runner;
    unsigned workers = 1;
    run_state& state;
    turn_order* turns = nullptr; ///< of simulated workers; none where the runner runs them
    /// by which a batch objective's gradients are applied; none: as they are
    const applied_rule* rule = nullptr;
    std::uint64_t updates_before = 0; ///< of the run, before the epoch's first

    std::span<const row_index> rows_of(std::uint64_t update) const noexcept {
        const std::size_t first_row = update * batch;
        return order.subspan(first_row, (std::min<std::size_t>)(batch, order.size() - first_row));
    }

    std::uint64_t examples_of(update_range updates) const noexcept {
        return (std::min<std::uint64_t>)(updates.last * batch, order.size()) - updates.first * batch;
    }

    /// Updates handed out at a time: enough work that the queue's cache line costs nothing beside
    /// it, but at least eight chunks a worker.
    std::uint64_t chunk() const noexcept {
        constexpr double work_per_chunk = 8192; // some 10 microseconds
        const double wanted = work_per_chunk / (std::max)(1.0, work);
        const double fair = static_cast<double>(last - first) / (8.0 * workers);
        return std::bit_floor(static_cast<std::uint64_t>((std::max)(1.0, (std::min)(wanted, fair))));
    }

    /// Calls `work(0)` ... `work(count - 1)` on the runner, and counts how long each worker was at
    /// it.
    template <std::invocable<unsigned> Work>
    void run_each(unsigned count, Work work_of) {
        runner.run(count, [&](unsigned worker) {
            const stopwatch busy;
            work_of(worker);
            state.workers[worker].statistics.busy_seconds += busy.seconds();
        });
    }

    /// Workers begin to sample at different places of the period, so that where each has few
    /// updates, they have samples together.
    staleness_probe probe(unsigned worker) { return probe(worker, state.sampling.mode); }

    /// One that measures no update, for workers whose reads and writes are not shared.
    staleness_probe silent_probe(unsigned worker) { return probe(worker, staleness_mode::off); }

private:
    staleness_probe probe(unsigned worker, staleness_mode mode) {
        staleness_sampling sampling = state.sampling;
        sampling.mode = mode;
        sampling.offset = sampling.period * worker / state.clocks.workers();
        return {state.clocks, worker, sampling, state.workers[worker].statistics};
    }
};

} // namespace peccary
