#include "peccary/objective/linear.hpp"
#include "peccary/objective/any_loss.hpp"
#include "peccary/update/make_problem.hpp"
#include "training/problems/problems.hpp"

#include <variant>

namespace peccary::program {

// One for all losses: the loss is chosen at run time.
std::shared_ptr<problem> make_linear_problem(const run_request& request, const any_view& data) {
    return std::visit(
        [&](const auto& view) {
            return make_problem(linear<any_loss>(view.features(), request.bias, any_loss::named(request.objective)), view);
        },
        data);
}

} // namespace peccary::program
