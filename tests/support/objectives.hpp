// The list of objectives that conformance tests iterate over: a linear model under each loss, and
// softmax.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"

#include <cstddef>

namespace test {

inline constexpr std::size_t softmax_classes = 3;

template <class Objective>
struct made_objective;

template <class Loss>
struct made_objective<peccary::linear<Loss>> {
    static peccary::linear<Loss> of(std::size_t features, bool bias) { return {features, bias}; }
};
template <>
struct made_objective<peccary::softmax> {
    static peccary::softmax of(std::size_t features, bool bias) { return {features, softmax_classes, bias}; }
};

/// An objective of `features` features, with `softmax_classes` classes where it has any.
template <class Objective>
Objective make_objective(std::size_t features, bool bias) {
    return made_objective<Objective>::of(features, bias);
}

template <class Losses>
struct objectives_of;
template <class... Losses>
struct objectives_of<peccary::type_list<Losses...>> {
    using type = peccary::type_list<peccary::linear<Losses>..., peccary::softmax>;
};
using objectives = objectives_of<peccary::losses>::type;

} // namespace test
