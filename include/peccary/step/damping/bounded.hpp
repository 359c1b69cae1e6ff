// Full steps up to a staleness of as many updates as there are workers, and beyond it such that no
// delay, however long, can do harm.
#pragma once

#include "peccary/step/damping/damping.hpp"

#include <algorithm>

namespace peccary {

/// The delay-adaptive step of Mishchenko, Bach, Even, Woodworth 2022, who prove rates that depend
/// on the number of workers and on no delay.
struct bounded_damping {
    static constexpr damping_info info{
        .name = "bounded", .formula = "P / max(P, tau), P workers", .source = "Mishchenko, Bach, Even, Woodworth 2022"};
    static double factor(const lateness& late) noexcept { return late.workers / (std::max)(late.workers, late.staleness); }
};

static_assert(damping_law<bounded_damping>);

} // namespace peccary
