// log(1 + exp(-y s)), y = -1 or +1.
#pragma once

#include "peccary/objective/loss/loss.hpp"

#include <cmath>

namespace peccary {

struct logistic {
    static constexpr loss_info info{.name = "logistic",
                                    .target = target_kind::binary,
                                    .curvature = 0.25,
                                    .sample_excess = 8,
                                    .differentiable = true,
                                    .probabilities = true};

    static double value(real score, real target) noexcept {
        const double margin = static_cast<double>(score) * static_cast<double>(target);
        // exp of a non-positive number only: no overflow, and log1p keeps the digits of small
        // losses.
        return margin > 0 ? std::log1p(std::exp(-margin)) : std::log1p(std::exp(margin)) - margin;
    }

    static real derivative(real score, real target) noexcept {
        // exp may become infinite, and the quotient then 0, as it should
        return -target / (real{1} + std::exp(score * target));
    }
};

static_assert(loss<logistic>);

} // namespace peccary
