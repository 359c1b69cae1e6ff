// A list of types is Peccary's only registry: names, tables, tests and benchmarks are all derived
// from such lists.
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

template <class List, class T>
inline constexpr bool contains = false;
template <class... Ts, class T>
inline constexpr bool contains<type_list<Ts...>, T> = (std::is_same_v<Ts, T> || ...);

/// The place of T in the list, from 0; the list's size if it is not there.
template <class List, class T>
inline constexpr std::size_t index_in = 0;
template <class First, class... Rest, class T>
inline constexpr std::size_t index_in<type_list<First, Rest...>, T> = std::is_same_v<First, T> ? 0 : 1 + index_in<type_list<Rest...>, T>;

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

/// Calls `visit(type_tag<T>{})` for the T in the list whose `info.name` equals `name`; this is
/// where run-time names become types.
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
