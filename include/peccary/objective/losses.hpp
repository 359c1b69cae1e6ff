// The list of losses of one score.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/loss/hinge.hpp"
#include "peccary/objective/loss/huber.hpp"
#include "peccary/objective/loss/logistic.hpp"
#include "peccary/objective/loss/squared.hpp"
#include "peccary/objective/loss/squared_hinge.hpp"

namespace peccary {

using losses = type_list<logistic, hinge, squared_hinge, squared, huber>;

} // namespace peccary
