// What programs use that train linear models: data, objectives, update schemes, training. Networks
// are in objective/mlp.hpp, readers of files in data/format/, model files in model/.
#pragma once

// Some headers of C define these as macros.
#pragma push_macro("min")
#pragma push_macro("max")
#undef min
#undef max

#include "peccary/core/error.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/train.hpp"

#pragma pop_macro("max")
#pragma pop_macro("min")
