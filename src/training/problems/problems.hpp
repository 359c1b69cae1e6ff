// From a request to a problem: one function for each kind of objective, each compiled in a file of
// its own.
#pragma once

#include "peccary/update/problem.hpp"
#include "training/run.hpp"

#include <memory>

namespace peccary::program {

/// Each: the objective that the request describes, over this data.
std::shared_ptr<problem> make_linear_problem(const run_request& request, const any_view& data);
std::shared_ptr<problem> make_softmax_problem(const run_request& request, const any_view& data);
std::shared_ptr<problem> make_network_problem(const run_request& request, const any_view& data);

} // namespace peccary::program
