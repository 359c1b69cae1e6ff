// A JSON value that is held and passed on by code that does not look into it, and so need not parse
// the library's header.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>

namespace peccary::program {

/// Never null, but where a default says so.
using json_value = std::shared_ptr<const nlohmann::ordered_json>;

json_value hold(nlohmann::ordered_json value);

} // namespace peccary::program
