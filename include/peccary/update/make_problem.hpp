// From an objective and data to a problem.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/update/problem.hpp"
#include "peccary/update/problem_over.hpp"

#include <memory>
#include <type_traits>
#include <utility>

namespace peccary {

/// `Ways` is what is compiled (`all_ways`). An objective that stands for a decorated one
/// (`diagnosed`) makes its problem itself, by a member `make_problem<Ways>(data)`.
template <class Ways = all_ways, class Objective, dataset_view Data>
std::shared_ptr<problem> make_problem(Objective objective, Data data) {
    if constexpr (requires { objective.template make_problem<Ways>(data); }) {
        return objective.template make_problem<Ways>(data);
    } else {
        return std::make_shared<problem_over<Objective, Data, Ways>>(std::move(objective), std::move(data));
    }
}

} // namespace peccary
