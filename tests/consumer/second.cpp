// A second translation unit with everything in it: a definition that is not inline would now be
// there twice.
#include "my_problem.hpp"

#include <peccary/peccary.hpp>

#include <peccary/core/version.hpp>

std::string_view version_seen_by_second() { return peccary::version_string; }

template std::shared_ptr<peccary::problem> peccary::make_problem<my_ways, my_objective, peccary::sparse_view>(my_objective,
                                                                                                              peccary::sparse_view);
