// The list of activations.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/activation/gelu.hpp"
#include "peccary/objective/activation/hyperbolic_tangent.hpp"
#include "peccary/objective/activation/relu.hpp"
#include "peccary/objective/activation/sigmoid.hpp"

namespace peccary {

using activations = type_list<relu, hyperbolic_tangent, sigmoid, gelu>;

} // namespace peccary
