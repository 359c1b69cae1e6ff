// tanh(z).
#pragma once

#include "peccary/objective/activation/activation.hpp"

namespace peccary {

struct hyperbolic_tangent {
    static constexpr activation_info info{.name = "tanh", .formula = "tanh(z)", .rectifies = false};

    static void apply(std::span<const real> sums, std::span<real> activations) noexcept {
        // Eigen's rational approximation bounds its argument first, and in doing so may lose a NaN;
        // the zero brings it back.
        array_of(activations) = array_of(sums).tanh() + (array_of(sums) - array_of(sums)).eval();
    }

    static void chain(std::span<const real> /*sums*/, std::span<const real> activations, std::span<real> slopes) noexcept {
        array_of(slopes) *= 1 - array_of(activations).square();
    }
};

static_assert(activation<hyperbolic_tangent>);

} // namespace peccary
