// One worker's damping: its rule, and what it has seen of its own staleness.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/statistics/histogram.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/statistics/worker_statistics.hpp"
#include "peccary/step/dampings.hpp"

#include <cstdint>

namespace peccary {

/// Thread-safety: none; it belongs to its worker.
class alignas(cache_line) damper {
public:
    /// Adds the factors up in the worker's own `statistics`.
    damper(const damping_rule& rule, unsigned workers, worker_statistics& statistics) noexcept
        : rule_(rule), late_{.workers = static_cast<double>(workers), .knob = rule.knob}, statistics_(&statistics) {}

    /// Forgets what it has seen, so that a run that goes on at an epoch's end has the steps of one
    /// that never stopped.
    void begin_epoch() noexcept { seen_ = {}; }

    /// The step of an update that is stale by `staleness`. Not inlined: its registers would be
    /// lacking in the loop of updates, damped or not.
    [[gnu::noinline]] real damped(real step, std::uint64_t staleness) noexcept {
        late_.staleness = static_cast<double>(staleness);
        if (rule_.learns) {
            seen_.record(staleness);
            late_.threshold = static_cast<double>(seen_.quantile(rule_.knob));
            late_.rank = seen_.rank(staleness);
        }
        factor_ = rule_.factor(late_);
        statistics_->damping += factor_;
        return static_cast<real>(factor_ * static_cast<double>(step));
    }

    /// The update damped last is void, and will be made again.
    void retract() noexcept {
        if (rule_.learns) {
            seen_.retract(static_cast<std::uint64_t>(late_.staleness));
        }
        statistics_->damping -= factor_;
    }

private:
    damping_rule rule_;
    lateness late_;
    worker_statistics* statistics_;
    histogram seen_;
    double factor_ = 1; ///< of the update damped last
};

/// What is left of the step of an update that `probe` has just measured; all of it without a
/// damper.
inline real damped(real step, damper* by, const staleness_probe& probe) noexcept {
    if (by == nullptr) [[likely]] {
        return step;
    }
    return by->damped(step, probe.latest());
}

} // namespace peccary
