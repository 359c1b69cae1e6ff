// Cross-entropy of the softmax of K scores, for the objectives that end in it.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace peccary {

/// loss = weight * (log(sum_c exp(score_c)) - score_target), for a row whose target is a class, 0 ... K - 1 (Bishop 2006, section 4.3.4). No
/// score is too large for it: the largest is taken off before anything is exponentiated. Thread-safety: pure functions.
struct cross_entropy {
    template <row_view Row>
    static double loss(std::span<const real> scores, const Row& row) {
        const double largest = std::ranges::max(scores);
        double sum = 0;
        for (const real score : scores) {
            sum += std::exp(score - largest);
        }
        return row.weight * (largest + std::log(sum) - scores[static_cast<std::size_t>(row.target)]);
    }

    /// Turns K scores into d loss / d score_c = weight * (softmax_c - [c = target]), in place. Returns a number that is finite exactly if the
    /// scores were.
    template <row_view Row>
    static real differentiate(const Row& row, std::span<real> scores) {
        const auto [smallest, largest] = std::ranges::minmax(scores);
        real sum = 0;
        for (real& score : scores) {
            score = std::exp(score - largest); // at most 1: no overflow
            sum += score;
        }
        const real scale = row.weight / sum;
        for (real& score : scores) {
            score *= scale;
        }
        scores[static_cast<std::size_t>(row.target)] -= row.weight;
        return 0 * largest + sum + 0 * smallest; // a NaN or infinity among the scores is in one of the three
    }
};

} // namespace peccary
