// Steps divided by the staleness.
#pragma once

#include "peccary/step/damping/damping.hpp"

namespace peccary {

/// Zhang, Gupta, Lian, Liu 2016 divide by tau, where tau = 1 is the least; here the least is 0.
struct inverse_damping {
    static constexpr damping_info info{.name = "inverse", .formula = "1 / (tau + 1)", .source = "Zhang, Gupta, Lian, Liu 2016"};
    static double factor(const lateness& late) noexcept { return 1 / (late.staleness + 1); }
};

static_assert(damping_law<inverse_damping>);

} // namespace peccary
