// An output of one score: any of the losses of linear models.
#pragma once

#include "peccary/objective/loss/logistic.hpp"
#include "peccary/objective/output/output.hpp"

namespace peccary {

template <loss Loss>
struct one_score {
    static constexpr loss_info info = Loss::info;

    static double loss(std::span<const real> scores, real target) noexcept { return Loss::value(scores[0], target); }

    static real differentiate(real target, real weight, std::span<real> scores) noexcept {
        const real score = scores[0];
        scores[0] = weight * Loss::derivative(score, target);
        return score;
    }
};

static_assert(network_output<one_score<logistic>>);

} // namespace peccary
