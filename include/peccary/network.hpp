// Networks: what a program includes beside peccary/train.hpp to train multilayer perceptrons, with
// update rules.
#pragma once

#include "peccary/objective/mlp.hpp"
#include "peccary/train.hpp"
#include "peccary/update/batch_problem.hpp"
