// What a scheme is given to run: an epoch, or the part of one between two folds of the weight scale.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/statistics/worker_statistics.hpp"
#include "peccary/step/damper.hpp"
#include "peccary/step/step_table.hpp"
#include "peccary/update/applied_rule.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace peccary {

/// Who first met a number that is not finite, and with which step size.
struct divergence {
    unsigned worker = 0;
    std::uint64_t update = 0;
    double step = 0;
};

/// One worker's private state; padded, and merged after the join.
struct alignas(cache_line) worker_state {
    worker_statistics statistics;
    std::unique_ptr<damper> damping; ///< none where steps are not damped
};

/// What all workers of a run share besides the parameters. Thread-safety: each member says.
struct run_state {
    run_state(unsigned worker_count, const staleness_sampling& measured, stop_flag& stop_of_run, const damping_rule& damping = {},
              clock_writers writers = clock_writers::each_worker)
        : clocks(worker_count, writers), workers(worker_count), sampling(measured), stop(stop_of_run) {
        if (damping.damps) {
            for (worker_state& worker : workers) {
                worker.damping = std::make_unique<damper>(damping, worker_count, worker.statistics);
            }
        }
    }

    update_clocks clocks;              ///< each written by its worker
    std::vector<worker_state> workers; ///< each touched by its worker
    staleness_sampling sampling;       ///< const while workers run
    stop_flag& stop;                   ///< any thread

    /// Stops the run because `worker` met a number that is not finite. Any thread.
    void report(const divergence& met) {
        const std::lock_guard held(mutex_);
        if (!diverged_) {
            diverged_ = met;
        }
        stop.request();
    }

    /// After the join.
    const std::optional<divergence>& diverged() const noexcept { return diverged_; }

private:
    std::mutex mutex_;
    std::optional<divergence> diverged_;
};

/// Update u of the epoch is the mean gradient of the examples order[u * batch] ... order[(u + 1) * batch - 1], the last one possibly of fewer.
/// The stretch has the updates [first, last). It is a view: everything it refers to outlives the call of `scheme.run`.
template <class Objective, dataset_view Data>
requires objective_over<Objective, Data>
struct stretch {
    using gradient = typename Objective::gradient;
    using row_type = typename Data::row_type;
    static constexpr bool batched = batch_objective<Objective, Data>;
    /// Whether an update adds to each parameter once, however many examples it has.
    static constexpr bool gathers = batched && std::same_as<row_type, dense_row>;

    const Objective& objective;
    Data data;
    std::span<const row_index> order; ///< of the whole epoch
    std::uint64_t batch = 1;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    const step_table& steps;
    parameters& shared;
    executor& runner;
    unsigned workers = 1;
    run_state& state;
    turn_order* turns = nullptr;            ///< of simulated workers; none where the runner runs them
    const applied_rule* rule = nullptr;     ///< by which a batch objective's gradients are applied; none: as they are
    std::uint64_t updates_before = 0;       ///< of the run, before the epoch's first
    std::uint64_t persistence = UINT64_MAX; ///< failed attempts that an update survives, where it can fail

    std::span<const row_index> rows_of(std::uint64_t update) const noexcept {
        const std::size_t first_row = update * batch;
        return order.subspan(first_row, std::min<std::size_t>(batch, order.size() - first_row));
    }

    /// Updates handed out at a time: enough nonzeros that the queue's cache line costs nothing beside them, but at least eight chunks a worker.
    std::uint64_t chunk() const noexcept {
        constexpr double nonzeros_per_chunk = 8192; // some 10 microseconds
        const double row = static_cast<double>(data.nonzeros()) / static_cast<double>(std::max<std::size_t>(1, data.size()));
        const double wanted = nonzeros_per_chunk / std::max(1.0, row * static_cast<double>(batch * objective.outputs()));
        const double fair = static_cast<double>(last - first) / (8.0 * workers);
        return std::bit_floor(static_cast<std::uint64_t>(std::max(1.0, std::min(wanted, fair))));
    }

    /// Calls `work(0)` ... `work(count - 1)` on the runner, and counts how long each worker was at it.
    template <std::invocable<unsigned> Work>
    void run_each(unsigned count, Work work) {
        runner.run(count, [&](unsigned worker) {
            const stopwatch busy;
            work(worker);
            state.workers[worker].statistics.busy_seconds += busy.seconds();
        });
    }

    /// Workers begin to sample at different places of the period, so that where each has few updates, they have samples together.
    staleness_probe probe(unsigned worker) {
        staleness_sampling sampling = state.sampling;
        sampling.offset = sampling.period * worker / state.clocks.workers();
        return {state.clocks, worker, sampling, state.workers[worker].statistics};
    }
};

} // namespace peccary
