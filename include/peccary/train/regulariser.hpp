// What happens to the weights between two stretches: the scale is folded in, and l1 pulls towards
// zero.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/step/step_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace peccary {

/// l2/2 ||w||^2 + l1 ||w||_1 over the regularised spans. No worker may be running.
inline double penalty(const parameters& model, double l2, double l1) {
    double squares = 0;
    double magnitudes = 0;
    for (const parameter_span& span : model.layout().spans()) {
        if (span.regularised) {
            for (const real weight : model.exclusive(span)) {
                squares += static_cast<double>(weight) * static_cast<double>(weight);
                magnitudes += std::abs(static_cast<double>(weight));
            }
        }
    }
    return 0.5 * l2 * squares + l1 * magnitudes;
}

/// l2 acts through the weight scale of `step_table`. l1 is the truncated gradient of Langford, Li,
/// Zhang 2009: every K updates each weight moves towards zero by the gravity of those K updates, l1
/// times the sum of their step sizes, and stops there. K is a stretch, so that no update pays for
/// it and no scheme knows of it. K grows as the steps shrink, so that each pull is about as far as
/// the first: what the noise of K updates moves off zero, gravity must take back, and noise grows
/// as the root of K only. With a constant K a model ends with ten times as many weights that are
/// not zero as the optimum has (docs/schedules.md).
struct regulariser {
    double l2 = 0;
    double l1 = 0;
    double first_step = 0; ///< of the whole run; needed with l1 only

    /// Folds s of w = s * v into the weights and applies the gravity. No worker may be running.
    void settle(parameters& model, const step_table& steps) const {
        const auto scale = static_cast<real>(steps.final_scale());
        const auto gravity = static_cast<real>(l1 * steps.step_sum());
        if (scale == 1 && gravity == 0) {
            return;
        }
        for (const parameter_span& span : model.layout().spans()) {
            if (!span.regularised) {
                continue;
            }
            if (gravity == 0) {
                for (real& weight : model.exclusive(span)) {
                    weight *= scale;
                }
            } else {
                for (real& weight : model.exclusive(span)) {
                    const real shrunk = weight * scale;
                    const real left = std::abs(shrunk) - gravity;
                    // never the negative zero, which text would show
                    weight = left > 0 ? std::copysign(left, shrunk) : real{0};
                }
            }
        }
    }

    /// Updates between two calls of `settle`: as many as keep the scale above e^-16 (floats keep
    /// their relative precision, so that is far from the limit), and with l1 a 128th of an epoch at
    /// the first step size, more at smaller ones, and so many that visiting all weights costs at
    /// most a quarter of the updates between. A multiple of `step_table::block`, unless l2 is so
    /// strong that the scale does not last that long.
    std::uint64_t stretch_length(double largest_step, double nonzeros_per_update, std::size_t weights, std::uint64_t updates) const {
        double most = static_cast<double>(updates);
        if (l2 > 0) {
            most = (std::min)(most, 16.0 / std::log1p(largest_step * l2));
            if (most < static_cast<double>(step_table::block)) {
                return (std::max<std::uint64_t>)(1, static_cast<std::uint64_t>(most));
            }
        }
        if (l1 > 0) {
            most = (std::min)(most, (std::max)(4.0 * static_cast<double>(weights) / (std::max)(1.0, nonzeros_per_update),
                                               static_cast<double>(updates) / 128.0 * first_step / largest_step));
        }
        const auto blocks = static_cast<std::uint64_t>(most / static_cast<double>(step_table::block));
        return (std::max<std::uint64_t>)(1, blocks) * step_table::block + (most >= static_cast<double>(updates) ? step_table::block : 0);
    }
};

} // namespace peccary
