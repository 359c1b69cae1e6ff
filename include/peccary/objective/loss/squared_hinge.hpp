// max(0, 1 - y s)^2, y = -1 or +1.
#pragma once

#include "peccary/objective/loss/loss.hpp"

#include <algorithm>

namespace peccary {

struct squared_hinge {
    static constexpr loss_info info{.name = "squared_hinge",
                                    .target = target_kind::binary,
                                    .curvature = 2,
                                    .sample_excess = 4,
                                    .differentiable = true,
                                    .probabilities = false};

    static double value(real score, real target) noexcept {
        const double violation = (std::max)(0.0, 1.0 - static_cast<double>(score) * static_cast<double>(target));
        return violation * violation;
    }
    static real derivative(real score, real target) noexcept { return -2 * target * (std::max)(real{0}, 1 - score * target); }
};

static_assert(loss<squared_hinge>);

} // namespace peccary
