// How long a thread that waits for others spins before it sleeps.
#pragma once

#include "peccary/core/topology.hpp"

namespace peccary {

/// Looks between `spin_pause`s. Where each worker has a processor to itself, it is a while longer
/// than sleeping and waking take, some 50 to 200 microseconds; with more workers than processors
/// none, since a spinner would keep a processor from someone with work.
inline int spins_before_sleeping(unsigned workers) { return workers <= usable_processors().size() ? 4000 : 0; }

} // namespace peccary
