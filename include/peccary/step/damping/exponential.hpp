// Mild where staleness is usual, and all but zero for stragglers.
#pragma once

#include "peccary/step/damping/damping.hpp"

#include <cmath>

namespace peccary {

/// AdaSGD of FLeet: exp(-beta tau), with beta such that at half the threshold it equals the inverse
/// damping. The threshold is a high quantile of the staleness seen by then, so that the few beyond
/// it count as stragglers.
struct exponential_damping {
    static constexpr damping_info info{.name = "exponential",
                                       .formula = "exp(-beta tau), at half the KNOB-quantile of tau equal to 1 / (tau + 1)",
                                       .source = "Damaskinos, Guerraoui, Kermarrec, Nitu, Patra, Taiani 2020",
                                       .knob = 0.997,
                                       .learns = true};
    static double factor(const lateness& late) noexcept {
        const double half = late.threshold / 2;
        const double beta = half > 0 ? std::log1p(half) / half : 1; // its limit at 0
        return std::exp(-beta * late.staleness);
    }
};

static_assert(damping_law<exponential_damping>);

} // namespace peccary
