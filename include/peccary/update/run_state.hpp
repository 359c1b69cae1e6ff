// What all workers of a run share besides the parameters: clocks, statistics, the stop flag, and
// whether one diverged.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/core/types.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/statistics/worker_statistics.hpp"
#include "peccary/step/damper.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
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

/// Thread-safety: each member says.
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

} // namespace peccary
