// What follows from the runs of a comparison: medians, ratios within rounds, how sure they are, and
// who has won.
#pragma once

#include "report/bootstrap.hpp"
#include "report/comparison.hpp"

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

/// Median and extremes over the rounds; NaN if it does not apply.
struct spread {
    double median = std::nan("");
    double least = std::nan("");
    double greatest = std::nan("");
};

/// The figures of one contender. One that misses the target in a round has no figures for it. A
/// simulated one has no speed-ups, times to the target or waiting: its times are those of the
/// simulation.
struct standing {
    spread seconds_per_pass;
    /// median of the ratios to the fastest run with one worker of the same round
    double speed_up = std::nan("");
    std::optional<interval> speed_up_interval;
    double passes = std::nan("");            ///< to the target
    double seconds_to_target = std::nan(""); ///< median
    std::optional<interval> seconds_to_target_interval;
    /// against the run with one worker that is soonest there in the same round
    double speed_up_to_target = std::nan("");
    std::optional<interval> speed_up_to_target_interval;
    spread gap; ///< at the end, to the reference
    spread objective_value;
    spread train_accuracy;
    spread validation_accuracy;
    spread test_accuracy;
    worker_figures workers; ///< of all rounds
};

/// Who is soonest at the target, and whether that exceeds the spread.
struct verdict {
    /// the contender with the least median time to the target; none if nobody got there in every
    /// round
    std::optional<std::size_t> first;
    /// of the others there, the one that is hardest to tell from it
    std::optional<std::size_t> next;
    double ratio = std::nan(""); ///< median over rounds of the times of `next` by those of `first`
    std::optional<interval> ratio_interval;
    bool clear = false; ///< the interval is above 1, for each of the others
    std::string sentence;
};

/// Epochs from 0 until a run was at `value` or below, or nothing.
std::optional<std::size_t> epoch_at(const compared_run& run, double value);

/// The objective value at which a run has reached the target.
double target_value(const comparison& of);

/// In the order of the contenders.
std::vector<standing> standings(const comparison& of);

verdict verdict_of(const comparison& of);

} // namespace peccary::program
