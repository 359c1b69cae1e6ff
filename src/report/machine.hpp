// The machine a run was made on, for logs: figures without it mean little.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace peccary::program {

/// `cores`: usable physical cores. `processors`: usable hardware threads. `quota`: processors'
/// worth of time that a control group allows, or null. `cpu`: the processor's name as Linux tells
/// it, or null.
nlohmann::ordered_json describe_machine();

} // namespace peccary::program
