// 1 / (1 + exp(-z)): the logistic sigmoid.
#pragma once

#include "peccary/objective/activation/activation.hpp"

namespace peccary {

struct sigmoid {
    static constexpr activation_info info{.name = "sigmoid", .formula = "1 / (1 + exp(-z))", .rectifies = false};

    static void apply(std::span<const real> sums, std::span<real> activations) noexcept {
        // exp may become infinite, and the quotient then 0, as it should
        array_of(activations) = (1 + (-array_of(sums)).exp()).inverse();
    }

    static void chain(std::span<const real> /*sums*/, std::span<const real> activations, std::span<real> slopes) noexcept {
        array_of(slopes) *= array_of(activations) * (1 - array_of(activations));
    }
};

static_assert(activation<sigmoid>);

} // namespace peccary
