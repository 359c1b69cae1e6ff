// What two sources train, compiled in one of them (docs/including.md).
#pragma once

#include <peccary/train.hpp>

#include <memory>

using my_objective = peccary::linear<peccary::logistic>;
using my_ways = peccary::ways_of<peccary::hogwild>;

extern template std::shared_ptr<peccary::problem> peccary::make_problem<my_ways, my_objective, peccary::sparse_view>(my_objective,
                                                                                                                     peccary::sparse_view);
