#include "peccary/objective/softmax.hpp"
#include "peccary/update/make_problem.hpp"
#include "training/problems/problems.hpp"

#include <variant>

namespace peccary::program {

std::shared_ptr<problem> make_softmax_problem(const run_request& request, const any_view& data) {
    return std::visit([&](const auto& view) { return make_problem(softmax(view.features(), request.classes, request.bias), view); }, data);
}

} // namespace peccary::program
