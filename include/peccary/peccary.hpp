// What programs use that train linear models: data, objectives, update schemes, training. Networks
// are in objective/mlp.hpp, readers of files in data/format/, model files in model/.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/train.hpp"
