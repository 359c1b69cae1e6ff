// Everything in Peccary that programs use: data, objectives, update schemes, training.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/train.hpp"
