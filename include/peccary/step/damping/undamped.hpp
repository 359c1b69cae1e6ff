// Every update counts fully, however late: the reference implementation.
#pragma once

#include "peccary/step/damping/damping.hpp"

namespace peccary {

struct undamped {
    static constexpr damping_info info{.name = "none", .formula = "1", .source = "Niu, Recht, Re, Wright 2011"};
    static double factor(const lateness& /*late*/) noexcept { return 1; }
};

static_assert(damping_law<undamped>);

} // namespace peccary
