// The heavy ball: the direction is a sum of gradients that fades.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

/// Polyak 1964, without the step size in the sum, so that a schedule acts on all of it at once
/// (Sutskever, Martens, Dahl, Hinton 2013 have it inside; PyTorch outside, as here).
struct momentum {
    static constexpr rule_info info{.name = "momentum",
                                    .formula = "b <- beta1 b + g; d = b",
                                    .paper = "Polyak 1964",
                                    .states = {"momentum"},
                                    .knobs = {.beta1 = 0.9},
                                    .forgets = true,
                                    .first_step = 0};

    static void transform(const rule_terms& terms, rule_block& block) noexcept {
        const auto& sum = block.state[0];
        block.change[0] = block.gradient - terms.rate1 * sum;
        block.gradient = sum + block.change[0];
    }
};

static_assert(rule<momentum>);

} // namespace peccary
