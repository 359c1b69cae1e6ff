// r^2 / 2 for |r| <= 1, |r| - 1/2 beyond, with r = s - y: least squares that outliers cannot
// dominate (Huber 1964, delta = 1).
#pragma once

#include "peccary/objective/loss/loss.hpp"

#include <cmath>

namespace peccary {

struct huber {
    static constexpr loss_info info{.name = "huber",
                                    .target = target_kind::regression,
                                    .curvature = 1,
                                    .sample_excess = 4,
                                    .differentiable = true,
                                    .probabilities = false};

    static double value(real score, real target) noexcept {
        const double residual = std::abs(static_cast<double>(score) - static_cast<double>(target));
        return residual <= 1 ? 0.5 * residual * residual : residual - 0.5;
    }
    static real derivative(real score, real target) noexcept {
        const real residual = score - target;
        // a NaN stays one, where std::clamp promises nothing
        return residual < -1 ? real{-1} : residual > 1 ? real{1} : residual;
    }
};

static_assert(loss<huber>);

} // namespace peccary
