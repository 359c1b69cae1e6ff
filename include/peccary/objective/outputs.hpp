// The list of outputs of a network.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/loss/logistic.hpp"
#include "peccary/objective/loss/squared.hpp"
#include "peccary/objective/output/cross_entropy.hpp"
#include "peccary/objective/output/one_score.hpp"

namespace peccary {

using network_outputs = type_list<cross_entropy, one_score<logistic>, one_score<squared>>;

} // namespace peccary
