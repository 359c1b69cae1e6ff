// max(0, 1 - y s), y = -1 or +1: the linear support vector machine's loss.
#pragma once

#include "peccary/objective/loss/loss.hpp"

#include <algorithm>

namespace peccary {

struct hinge {
    static constexpr loss_info info{.name = "hinge",
                                    .target = target_kind::binary,
                                    .curvature = 1,
                                    .sample_excess = 8,
                                    .differentiable = false,
                                    .probabilities = false};

    static double value(real score, real target) noexcept {
        return (std::max)(0.0, 1.0 - static_cast<double>(score) * static_cast<double>(target));
    }
    static real derivative(real score, real target) noexcept { return score * target < 1 ? -target : real{0}; }
};

static_assert(loss<hinge>);

} // namespace peccary
