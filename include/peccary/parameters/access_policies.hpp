// The list of access policies, and a policy that is chosen at run time.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/parameters/access/atomic_add.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/access/gathering.hpp"
#include "peccary/parameters/access/one_lock.hpp"
#include "peccary/parameters/access/relaxed.hpp"

#include <variant>

namespace peccary {

/// Policies whose adds are made at once.
using access_policies = type_list<exclusive, relaxed, atomic_add, one_lock>;

/// Those that schemes hand to workers. A worker is compiled for each.
using worker_policies = type_list<exclusive, relaxed, atomic_add, one_lock, gathering>;

template <class List>
struct variant_of;
template <class... Ts>
struct variant_of<type_list<Ts...>> {
    using type = std::variant<Ts...>;
};

/// One policy of `worker_policies`, for code that is not compiled for each of them.
using any_access = variant_of<worker_policies>::type;

} // namespace peccary
