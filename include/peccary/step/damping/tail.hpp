// Larger steps for updates that are fresher than most, smaller ones for those in the tail of the
// measured distribution.
#pragma once

#include "peccary/step/damping/damping.hpp"

namespace peccary {

/// TAIL-tau of ASAP.SGD: 1 + A (1 - 2 F(tau)), F the distribution function of the staleness. With
/// the equally stale counted half in F, the mean factor is 1 whatever the distribution, as in the
/// paper; with P(T <= tau), a worker who is always equally late would never move for A = 1.
struct tail_damping {
    static constexpr damping_info info{.name = "tail",
                                       .formula = "1 + KNOB (1 - 2 F(tau)), F the distribution function of tau",
                                       .source = "Backstrom, Papatriantafilou, Tsigas 2022",
                                       .knob = 1,
                                       .learns = true};
    static double factor(const lateness& late) noexcept { return 1 + late.knob * (1 - 2 * late.rank); }
};

static_assert(damping_law<tail_damping>);

} // namespace peccary
