// max(0, z): the rectified linear unit (Nair, Hinton 2010).
#pragma once

#include "peccary/objective/activation/activation.hpp"

namespace peccary {

struct relu {
    static constexpr activation_info info{.name = "relu", .formula = "max(0, z)", .rectifies = true};

    static void apply(std::span<const real> sums, std::span<real> activations) noexcept {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            activations[i] = sums[i] < 0 ? real{0} : sums[i]; // in this order, NaN stays NaN
        }
    }

    /// The subgradient at zero is taken as 0.
    static void chain(std::span<const real> sums, std::span<const real> /*activations*/, std::span<real> slopes) noexcept {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            slopes[i] = sums[i] > 0 ? slopes[i] : real{0};
        }
    }
};

static_assert(activation<relu>);

} // namespace peccary
