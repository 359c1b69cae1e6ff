#include "peccary/objective/mlp.hpp"
#include "peccary/update/batch_problem.hpp"
#include "peccary/update/make_problem.hpp"
#include "training/problems/problems.hpp"

#include <variant>

namespace peccary::program {

std::shared_ptr<problem> make_network_problem(const run_request& request, const any_view& data) {
    return std::visit(
        [&](const auto& view) {
            return make_problem(mlp(view.features(), request.hidden_units, request.classes, request.activation, request.output,
                                    request.dropout, request.layerwise),
                                view);
        },
        data);
}

} // namespace peccary::program
