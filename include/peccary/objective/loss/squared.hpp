// (s - y)^2 / 2, y any number: least squares.
#pragma once

#include "peccary/objective/loss/loss.hpp"

namespace peccary {

struct squared {
    static constexpr loss_info info{.name = "squared",
                                    .target = target_kind::regression,
                                    .curvature = 1,
                                    .sample_excess = 4,
                                    .differentiable = true,
                                    .probabilities = false};

    static double value(real score, real target) noexcept {
        const double residual = static_cast<double>(score) - static_cast<double>(target);
        return 0.5 * residual * residual;
    }
    static real derivative(real score, real target) noexcept { return score - target; }
};

static_assert(loss<squared>);

} // namespace peccary
