// Plain stochastic gradient descent: the direction is the gradient.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

struct sgd {
    static constexpr rule_info info{
        .name = "sgd", .formula = "d = g", .paper = "Robbins, Monro 1951", .states = {}, .knobs = {}, .forgets = false, .first_step = 0};

    static void transform(const rule_terms& /*terms*/, rule_block& /*block*/) noexcept {}
};

static_assert(rule<sgd>);

} // namespace peccary
