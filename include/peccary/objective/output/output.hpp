// The contract of outputs: what the sums of a network's last layer mean, and what they cost.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/objective/loss/loss.hpp"

#include <concepts>
#include <span>

namespace peccary {

/// An output: a loss over all scores of a row. All functions are pure.
///   info                                   whose name is the output's, and whose target says how
///                                          many scores there are (`score_count`)
///   loss(scores, target)                   the loss
///   differentiate(target, weight, scores)  turns the scores into weight * d loss / d score, in
///                                          place; returns a number that is finite exactly if the
///                                          scores were
template <class Output>
concept network_output = requires(std::span<const real> scores, std::span<real> slopes, real number) {
    { Output::info } -> std::convertible_to<loss_info>;
    { Output::loss(scores, number) } -> std::same_as<double>;
    { Output::differentiate(number, number, slopes) } -> std::same_as<real>;
};

} // namespace peccary
