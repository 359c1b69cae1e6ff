// Networks: what a program includes beside peccary/train.hpp to train multilayer perceptrons, with
// update rules.
#pragma once

// Some headers of C define these as macros.
#pragma push_macro("min")
#pragma push_macro("max")
#undef min
#undef max

#include "peccary/objective/mlp.hpp"
#include "peccary/train.hpp"
#include "peccary/update/batch_problem.hpp"

#pragma pop_macro("max")
#pragma pop_macro("min")
