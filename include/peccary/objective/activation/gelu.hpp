// z Phi(z), Phi being the normal distribution function: the Gaussian error linear unit (Hendrycks,
// Gimpel 2016), exact.
#pragma once

#include "peccary/objective/activation/activation.hpp"

#include <cmath>
#include <numbers>

namespace peccary {

/// With the error function, not its approximation by tanh: the two differ in the fourth decimal.
struct gelu {
    static constexpr activation_info info{.name = "gelu", .formula = "z Phi(z)", .rectifies = true};

    static void apply(std::span<const real> sums, std::span<real> activations) noexcept {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            activations[i] = sums[i] * distribution(sums[i]);
        }
    }

    /// f'(z) = Phi(z) + z exp(-z^2 / 2) / sqrt(2 pi).
    static void chain(std::span<const real> sums, std::span<const real> /*activations*/, std::span<real> slopes) noexcept {
        constexpr auto peak = static_cast<real>(std::numbers::inv_sqrtpi / std::numbers::sqrt2);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            slopes[i] *= distribution(sums[i]) + sums[i] * peak * std::exp(sums[i] * sums[i] * real{-0.5});
        }
    }

private:
    /// Phi(z). By erfc, which keeps its digits far out on the left.
    static real distribution(real z) noexcept { return real{0.5} * std::erfc(z * static_cast<real>(-1 / std::numbers::sqrt2)); }
};

static_assert(activation<gelu>);

} // namespace peccary
