// From an access policy that is chosen at run time to a view through it.
#pragma once

#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/parameter_view.hpp"

#include <memory>
#include <type_traits>
#include <variant>

namespace peccary {

/// Compiles all operations of a view for each policy; so it is apart from the view's contract.
inline std::unique_ptr<parameter_view> make_view(const any_access& access) {
    return std::visit(
        [](const auto& policy) -> std::unique_ptr<parameter_view> {
            return std::make_unique<view_through<std::decay_t<decltype(policy)>>>(policy);
        },
        access);
}

} // namespace peccary
