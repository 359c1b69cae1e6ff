// Adam: the mean gradient over the root of the mean square, both fading, and both freed of their
// start at zero.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

/// With l2, which acts on the weights and not through the gradient (docs/rules.md), this is AdamW
/// (Loshchilov, Hutter 2019).
struct adam {
    static constexpr rule_info info{
        .name = "adam",
        .formula =
            "m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2; d = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)",
        .paper = "Kingma, Ba 2015",
        .states = {"first_moment", "second_moment"},
        .knobs = {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
        .forgets = true,
        .first_step = 0.001};

    static void transform(const rule_terms& terms, rule_block& block) noexcept {
        const auto& [mean, squares] = block.state;
        block.change[0] = terms.rate1 * (block.gradient - mean);
        block.change[1] = terms.rate2 * (block.gradient.square() - squares);
        block.gradient = terms.unbias1 * (mean + block.change[0]) /
                         (((terms.unbias2 * (squares + block.change[1])).max)(real{0}).sqrt() + terms.epsilon);
    }
};

static_assert(rule<adam>);

} // namespace peccary
