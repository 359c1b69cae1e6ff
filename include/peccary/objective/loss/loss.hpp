// The contract of losses: a value and a derivative with respect to the score.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/target_kind.hpp"

#include <concepts>
#include <string_view>

namespace peccary {

struct loss_info {
    std::string_view name;
    target_kind target;
    /// an upper bound of the second derivative, or a stand-in of that size where there is none;
    /// scales first steps
    double curvature;
    /// how much too large the best step on a small sample is for a whole run; see
    /// `train/calibrate.hpp`
    double sample_excess;
    bool differentiable; ///< everywhere
    bool probabilities;  ///< the score is a log-odds
};

/// A loss of one score. All functions are pure, and static where the loss is known at compile time.
/// One that is chosen at run time has the facts of its object in `facts()`, and those of its
/// default in `info`.
///   value(score, target)       the loss, a double since it is summed over many examples
///   derivative(score, target)  d value / d score; at a kink, one of the subgradients
template <class Loss>
concept loss = requires(const Loss& of, real score, real target) {
    { Loss::info } -> std::convertible_to<loss_info>;
    { of.value(score, target) } -> std::same_as<double>;
    { of.derivative(score, target) } -> std::same_as<real>;
};

} // namespace peccary
