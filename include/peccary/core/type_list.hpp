// A list of types is Peccary's only registry: names, tables, tests and benchmarks are all derived from such lists.
#pragma once

#include "peccary/core/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace peccary {

/// Passed to generic lambdas in place of a value of type T.
template <class T>
struct type_tag {
    using type = T;
};

template <class... Ts>
struct type_list {
    static constexpr std::size_t size = sizeof...(Ts);

    /// Calls `visit(type_tag<T>{})` for each T, in order.
    template <class Visitor>
    static constexpr void for_each(Visitor&& visit) {
        (visit(type_tag<Ts>{}), ...);
    }
};

/// The names of a list whose members carry `info.name`, joined as "a, b, c".
template <class List>
std::string names_of() {
    std::string names;
    List::for_each([&](auto tag) {
        if (!names.empty()) {
            names += ", ";
        }
        names += decltype(tag)::type::info.name;
    });
    return names;
}

/// Calls `visit(type_tag<T>{})` for the T in the list whose `info.name` equals `name`; this is where run-time names become types.
/// Throws `usage_error` that lists the legal names when there is none.
template <class List, class Visitor>
void with_named(std::string_view kind, std::string_view name, Visitor&& visit) {
    bool found = false;
    List::for_each([&](auto tag) {
        if (!found && decltype(tag)::type::info.name == name) {
            found = true;
            visit(tag);
        }
    });
    if (!found) {
        throw usage_error("unknown " + std::string(kind) + " '" + std::string(name) + "'; choose one of " + names_of<List>());
    }
}

} // namespace peccary
