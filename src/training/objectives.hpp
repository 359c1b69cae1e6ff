// The list of objectives that the program trains: every loss of one score over a linear model, softmax, and the multilayer perceptron.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/mlp.hpp"
#include "peccary/objective/softmax.hpp"

namespace peccary::program {

template <class Losses>
struct linear_objectives_and_others;

template <class... Losses>
struct linear_objectives_and_others<type_list<Losses...>> {
    using type = type_list<linear<Losses>..., softmax, mlp>;
};

using objectives = linear_objectives_and_others<losses>::type;

/// Throws `usage_error` for an unknown name.
inline loss_info objective_info(std::string_view name) {
    loss_info info{};
    with_named<objectives>("objective", name, [&](auto tag) { info = decltype(tag)::type::info; });
    return info;
}

} // namespace peccary::program
