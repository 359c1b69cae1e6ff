// The list of objectives that the program trains: every loss of one score over a linear model,
// softmax, and the multilayer perceptron.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/mlp.hpp"
#include "peccary/objective/outputs.hpp"
#include "peccary/objective/softmax.hpp"

namespace peccary::program {

template <class Losses>
struct linear_objectives_and_others;

template <class... Losses>
struct linear_objectives_and_others<type_list<Losses...>> {
    using type = type_list<linear<Losses>..., softmax, mlp>;
};

using objectives = linear_objectives_and_others<losses>::type;

/// The facts of an objective, of a network those of its output; as long as that is "auto", those of
/// the default. Throws `usage_error` for an unknown name of either.
inline loss_info objective_info(std::string_view name, std::string_view output) {
    loss_info info{};
    with_named<objectives>("objective", name, [&](auto tag) { info = decltype(tag)::type::info; });
    if (name == mlp::info.name && output != "auto") {
        with_named<network_outputs>("output", output, [&](auto tag) { info = network_facts(decltype(tag)::type::info); });
    }
    return info;
}

} // namespace peccary::program
