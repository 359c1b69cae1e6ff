// Asynchrony as momentum: how much of it workers imply, how much explicit momentum is left for a
// target, and how much a trajectory shows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace peccary {

/// Of `workers` whose times to an update are independent and exponential (Mitliagkas, Zhang,
/// Hadjis, Re 2016, theorem 3): in expectation
///
///   x(t+1) - x(t) = (1 - 1/n) (x(t) - x(t-1)) - (step/n) gradient(x(t))
///
/// so that asynchrony acts as momentum 1 - 1/n, at an n-th of the step. `workers` is at least 1;
/// where staleness was measured, 1 + its mean takes the place of n, which is the same for workers
/// that are always busy.
constexpr double implied_momentum(double workers) noexcept { return 1 - 1 / workers; }

/// The explicit momentum with which n workers have a total of `target`, and none where they imply
/// more than that alone. Momenta add up to first order: two of them, a and b, are one of a + b with
/// a correction -ab two updates back (Hadjis, Zhang, Mitliagkas, Iter, Re 2016).
constexpr double explicit_momentum(double target, double workers) noexcept { return (std::max)(0.0, target - implied_momentum(workers)); }

/// What descent with momentum would have moved like a trajectory.
struct momentum_fit {
    double momentum = 0;
    double step = 0;
};

/// The least squares fit of x(t+1) - x(t) = momentum (x(t) - x(t-1)) - step gradient(x(t)), over
/// all coordinates that were added. Of one coordinate of a quadratic without momentum, every move
/// is the same multiple of the gradient, so it takes coordinates of several curvatures to tell the
/// two apart. Zhang, Mitliagkas 2017 (YellowFin) solve the same equation for the momentum alone, at
/// a step that they know; but the step that asynchrony leaves is an n-th of the one that is set, so
/// here it is fitted too.
class momentum_estimate {
public:
    /// One coordinate: x(0), x(1), ..., or means of these over runs, and the gradients at them, as
    /// many.
    void add(std::span<const double> positions, std::span<const double> gradients) noexcept {
        for (std::size_t t = 1; t + 1 < positions.size(); ++t) {
            const double moved = positions[t] - positions[t - 1];
            const double next = positions[t + 1] - positions[t];
            moved_moved_ += moved * moved;
            moved_gradient_ += moved * gradients[t];
            gradient_gradient_ += gradients[t] * gradients[t];
            next_moved_ += next * moved;
            next_gradient_ += next * gradients[t];
        }
    }

    momentum_fit fit() const noexcept {
        const double determinant = moved_moved_ * gradient_gradient_ - moved_gradient_ * moved_gradient_;
        return {.momentum = (next_moved_ * gradient_gradient_ - next_gradient_ * moved_gradient_) / determinant,
                .step = (next_moved_ * moved_gradient_ - next_gradient_ * moved_moved_) / determinant};
    }

private:
    double moved_moved_ = 0; ///< sums of products
    double moved_gradient_ = 0;
    double gradient_gradient_ = 0;
    double next_moved_ = 0;
    double next_gradient_ = 0;
};

} // namespace peccary
