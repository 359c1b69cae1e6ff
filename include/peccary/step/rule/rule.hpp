// The contract of update rules: what becomes of a mean gradient before the step size multiplies it.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/step/update_rule.hpp"

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace peccary {

/// The knobs as one update needs them. Differences from 1 are taken in double precision: of 0.999 a
/// float keeps four digits of them.
struct rule_terms {
    rule_terms(const rule_knobs& knobs, std::uint64_t update)
        : beta1(static_cast<real>(knobs.beta1)), rate1(static_cast<real>(1 - knobs.beta1)), rate2(static_cast<real>(1 - knobs.beta2)),
          epsilon(static_cast<real>(knobs.epsilon)),
          unbias1(static_cast<real>(1 / (1 - std::pow(knobs.beta1, static_cast<double>(update))))),
          unbias2(static_cast<real>(1 / (1 - std::pow(knobs.beta2, static_cast<double>(update))))) {}

    real beta1;
    real rate1; ///< 1 - beta1
    real rate2; ///< 1 - beta2
    real epsilon;
    real unbias1; ///< 1 / (1 - beta1^t), for the update t of the state, counted from 1
    real unbias2; ///< 1 / (1 - beta2^t)
};

/// Some consecutive coordinates, in aligned scratch.
struct rule_block {
    using array = Eigen::Map<Eigen::Array<real, Eigen::Dynamic, 1>, Eigen::AlignedMax>;

    /// in: the mean gradient; out: the direction d
    array gradient;
    std::array<array, rule_info::most_states> state;  ///< in: as it was read
    std::array<array, rule_info::most_states> change; ///< out: what is to be added to the state
};

/// `transform(terms, block)` is a pure function of each coordinate. It hands out changes of the
/// state instead of new values, so that whoever shares the state can add them, as gradients are
/// added to weights. A rule bears with a state that adds of others have pushed out of its range: a
/// mean square below zero counts as zero.
template <class Rule>
concept rule = requires(const rule_terms& terms, rule_block& block) {
    { Rule::info } -> std::convertible_to<rule_info>;
    { Rule::transform(terms, block) } -> std::same_as<void>;
};

} // namespace peccary
