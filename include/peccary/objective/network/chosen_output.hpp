// An output of a network, chosen at run time.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/objective/outputs.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace peccary {

/// The functions of a `network_output`.
struct chosen_output {
    loss_info info{};
    double (*loss)(std::span<const real> scores, real target) = nullptr;
    real (*differentiate)(real target, real weight, std::span<real> scores) = nullptr;
};

/// Throws `usage_error` for an unknown name, and for another number of classes than the output has.
inline chosen_output output_named(std::string_view name, std::size_t classes) {
    chosen_output chosen;
    with_named<network_outputs>("output", name, [&chosen](auto tag) {
        using named = typename decltype(tag)::type;
        chosen = {.info = named::info, .loss = &named::loss, .differentiate = &named::differentiate};
    });
    if (chosen.info.target == target_kind::multiclass && classes < 2) {
        throw usage_error("a multilayer perceptron needs at least two classes, not " + std::to_string(classes));
    }
    if (chosen.info.target == target_kind::binary && classes != 2) {
        throw usage_error("the output '" + std::string(name) + "' needs two classes, not " + std::to_string(classes) +
                          "; choose the output 'softmax'");
    }
    return chosen;
}

} // namespace peccary
