// Step-size schedules: pure functions of how far the run has come.
#pragma once

#include "peccary/core/type_list.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <string_view>

namespace peccary {

/// How far a run has come when a step size is asked for.
struct progress {
    double initial = 0; ///< the step size that the run starts with
    /// passes done so far, with their fraction: examples visited / examples
    double epochs = 0;
    double planned_epochs = 1; ///< passes that the run is to make
    double decay = 0;          ///< the schedule's own knob; see each
};

struct schedule_info {
    std::string_view name;
    std::string_view formula;
    double decay; ///< default of the knob; 0 where there is none
    /// how many times the first step that suits `linear` suits this one (docs/schedules.md)
    double first_step = 1;
};

/// `at(progress)` is the step size; pure, positive or zero.
template <class Schedule>
concept schedule = requires(const progress& now) {
    { Schedule::info } -> std::convertible_to<schedule_info>;
    { Schedule::at(now) } -> std::same_as<double>;
};

/// Falls to zero over the planned run. The default: its last iterate is as good as the average of a
/// constant-step run, without a second buffer, and it forgives a first step that is several times
/// too large (docs/schedules.md has the measurements).
struct linear_decay {
    static constexpr schedule_info info{.name = "linear", .formula = "step * (1 - t / epochs)", .decay = 0};
    static double at(const progress& now) noexcept { return now.initial * (std::max)(0.0, 1.0 - now.epochs / now.planned_epochs); }
};

/// Falls to zero over the planned run too, but faster at first and slower at last: from a larger
/// first step, which goes further at the beginning, to smaller steps for the same number of passes
/// at the end, which leave less noise.
struct inverse_linear {
    static constexpr schedule_info info{
        .name = "inverse_linear", .formula = "step * (1 - t / epochs) / (1 + decay t / epochs)", .decay = 3, .first_step = 2};
    static double at(const progress& now) noexcept {
        const double done = now.epochs / now.planned_epochs;
        return now.initial * (std::max)(0.0, 1.0 - done) / (1.0 + now.decay * done);
    }
};

struct constant_step {
    static constexpr schedule_info info{.name = "constant", .formula = "step", .decay = 0};
    static double at(const progress& now) noexcept { return now.initial; }
};

/// Robbins and Monro 1951; with decay = step * l2 * examples it is Bottou's 1 / (l2 (t + t0)) for
/// strongly convex objectives.
struct inverse_time {
    static constexpr schedule_info info{.name = "inverse_time", .formula = "step / (1 + decay t)", .decay = 1};
    static double at(const progress& now) noexcept { return now.initial / (1.0 + now.decay * now.epochs); }
};

struct inverse_sqrt {
    static constexpr schedule_info info{.name = "inverse_sqrt", .formula = "step / sqrt(1 + decay t)", .decay = 1};
    static double at(const progress& now) noexcept { return now.initial / std::sqrt(1.0 + now.decay * now.epochs); }
};

/// A constant step within each epoch: Niu, Recht, Re, Wright 2011, with their 0.9.
struct epoch_decay {
    static constexpr schedule_info info{.name = "epoch_decay", .formula = "step * decay^floor(t)", .decay = 0.9};
    static double at(const progress& now) noexcept { return now.initial * std::pow(now.decay, std::floor(now.epochs)); }
};

using schedules = type_list<linear_decay, inverse_linear, constant_step, inverse_time, inverse_sqrt, epoch_decay>;

} // namespace peccary
