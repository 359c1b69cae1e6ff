// Plain stochastic gradient descent: the direction is the gradient.
#pragma once

#include "peccary/step/rule/rule.hpp"

namespace peccary {

struct sgd {
    static constexpr rule_info info = sgd_info;

    static void transform(const rule_terms& /*terms*/, rule_block& /*block*/) noexcept {}
};

static_assert(rule<sgd>);

} // namespace peccary
