// RMSProp: each coordinate's gradient over the root of its mean square, which fades.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

struct rmsprop {
    static constexpr rule_info info{.name = "rmsprop",
                                    .formula = "v <- beta2 v + (1 - beta2) g^2; d = g / (sqrt(v) + epsilon)",
                                    .paper = "Tieleman, Hinton 2012 (lecture 6.5)",
                                    .states = {"second_moment"},
                                    .knobs = {.beta2 = 0.99, .epsilon = 1e-8},
                                    .forgets = true,
                                    .first_step = 0.001};

    static void transform(const rule_terms& terms, rule_block& block) noexcept {
        const auto& squares = block.state[0];
        block.change[0] = terms.rate2 * (block.gradient.square() - squares);
        block.gradient /= ((squares + block.change[0]).max)(real{0}).sqrt() + terms.epsilon;
    }
};

static_assert(rule<rmsprop>);

} // namespace peccary
