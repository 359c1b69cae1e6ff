// Nesterov's accelerated gradient: momentum that looks one step ahead.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

/// Nesterov 1983, written for the point that was looked at, as in Sutskever, Martens, Dahl, Hinton
/// 2013 (section 2).
struct nesterov {
    static constexpr rule_info info{.name = "nesterov",
                                    .formula = "b <- beta1 b + g; d = g + beta1 b",
                                    .paper = "Nesterov 1983; Sutskever, Martens, Dahl, Hinton 2013",
                                    .states = {"momentum"},
                                    .knobs = {.beta1 = 0.9},
                                    .forgets = true,
                                    .first_step = 0};

    static void transform(const rule_terms& terms, rule_block& block) noexcept {
        const auto& sum = block.state[0];
        block.change[0] = block.gradient - terms.rate1 * sum;
        block.gradient += terms.beta1 * (sum + block.change[0]);
    }
};

static_assert(rule<nesterov>);

} // namespace peccary
