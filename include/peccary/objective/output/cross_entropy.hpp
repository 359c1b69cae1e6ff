// Cross-entropy of the softmax of K scores, for the objectives that end in it.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/objective/output/output.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace peccary {

/// loss = log(sum_c exp(score_c)) - score_target, for a target that is a class, 0 ... K - 1 (Bishop
/// 2006, section 4.3.4). No score is too large for it: the largest is taken off before anything is
/// exponentiated.
struct cross_entropy {
    static constexpr loss_info info{.name = "softmax",
                                    .target = target_kind::multiclass,
                                    .curvature = 0.5,
                                    .sample_excess = 8,
                                    .differentiable = true,
                                    .probabilities = true};

    static double loss(std::span<const real> scores, real target) noexcept {
        const auto largest = static_cast<double>((std::ranges::max)(scores));
        double sum = 0;
        for (const real score : scores) {
            sum += std::exp(static_cast<double>(score) - largest);
        }
        return largest + std::log(sum) - static_cast<double>(scores[static_cast<std::size_t>(target)]);
    }

    /// d loss / d score_c = softmax_c - [c = target].
    static real differentiate(real target, real weight, std::span<real> scores) noexcept {
        const auto [smallest, largest] = (std::ranges::minmax)(scores);
        real sum = 0;
        for (real& score : scores) {
            score = std::exp(score - largest); // at most 1: no overflow
            sum += score;
        }
        const real scale = weight / sum;
        for (real& score : scores) {
            score *= scale;
        }
        scores[static_cast<std::size_t>(target)] -= weight;
        // a NaN or infinity among the scores is in one of the three
        return is_finite(smallest) && is_finite(largest) ? sum : static_cast<real>(double_infinity);
    }
};

static_assert(network_output<cross_entropy>);

} // namespace peccary
