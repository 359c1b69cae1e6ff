// AdaGrad: each coordinate's step falls with the root of its squared gradients so far.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

struct adagrad {
    static constexpr rule_info info{.name = "adagrad",
                                    .formula = "v <- v + g^2; d = g / (sqrt(v) + epsilon)",
                                    .paper = "Duchi, Hazan, Singer 2011",
                                    .states = {"squared_sum"},
                                    .knobs = {.epsilon = 1e-10},
                                    .forgets = false,
                                    .first_step = 0.01};

    static void transform(const rule_terms& terms, rule_block& block) noexcept {
        const auto& squares = block.state[0];
        block.change[0] = block.gradient.square();
        block.gradient /= ((squares + block.change[0]).max)(real{0}).sqrt() + terms.epsilon;
    }
};

static_assert(rule<adagrad>);

} // namespace peccary
