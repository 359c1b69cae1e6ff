// Declares how a run of one objective is made; each is compiled in a file of its own under objectives/.
#pragma once

#include "training/objectives.hpp"
#include "training/run.hpp"

namespace peccary::program {

/// Defined in typed_run.hpp, and instantiated for each objective of the list, and for each that is `to_be_diagnosed`, diagnosed; one that is missing is
/// an error of the linker.
template <class Objective>
training_run make_run_of(const run_request& request);

} // namespace peccary::program
