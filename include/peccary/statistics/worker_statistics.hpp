// One worker's tallies: plain values that it alone writes, merged after the join.
#pragma once

#include "peccary/statistics/contention.hpp"
#include "peccary/statistics/histogram.hpp"

#include <algorithm>
#include <cstdint>

namespace peccary {

/// Where workers' time went, in seconds.
struct worker_times {
    double computing = 0; ///< evaluating and applying updates: what the other parts leave
    double locks = 0;     ///< waiting for locks
    double barriers = 0;  ///< waiting at barriers, or for one's turn
    double retrying = 0;  ///< adds whose first attempt failed; estimated
    double merging = 0;   ///< private with shared parameters
    /// without work, since others have the last updates of a stretch, or one thread folds the
    /// weights' scale
    double idle = 0;

    double all() const noexcept { return computing + locks + barriers + retrying + merging + idle; }
};

struct worker_statistics {
    std::uint64_t updates = 0;  ///< updates applied, or given up (`waits.dropped`)
    std::uint64_t examples = 0; ///< examples evaluated
    /// sum of the factors of the updates' steps; 0 where steps are not damped
    double damping = 0;
    contention waits;
    double seconds = 0; ///< wall-clock time of the epochs
    /// of these, from the first update of a stretch to the last, waiting included
    double busy_seconds = 0;
    histogram staleness; ///< of the updates that were measured
    /// exact mode only: of those among them that sampled mode would have measured
    histogram as_sampled;
    /// exact mode only: updates by others under way at some time while this one was
    histogram overlap;

    void merge(const worker_statistics& other) noexcept {
        updates += other.updates;
        examples += other.examples;
        staleness.merge(other.staleness);
        as_sampled.merge(other.as_sampled);
        overlap.merge(other.overlap);
        damping += other.damping;
        waits.merge(other.waits);
        seconds += other.seconds;
        busy_seconds += other.busy_seconds;
    }

    /// `seconds`, in parts that add up to it. Estimates from samples that exceed what the measured
    /// parts leave are cut down to that.
    worker_times times() const noexcept {
        const double left = (std::max)(0.0, busy_seconds - waits.lock_seconds - waits.barrier_seconds);
        const double estimated = waits.retry_seconds + waits.merge_seconds;
        const double share = estimated > left ? left / estimated : 1;
        return {.computing = (std::max)(0.0, left - estimated),
                .locks = waits.lock_seconds,
                .barriers = waits.barrier_seconds,
                .retrying = share * waits.retry_seconds,
                .merging = share * waits.merge_seconds,
                .idle = (std::max)(0.0, seconds - busy_seconds)};
    }
};

} // namespace peccary
