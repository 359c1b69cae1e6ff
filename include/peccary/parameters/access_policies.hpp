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

class parameter_view;
class collective_batch;

/// Everything that a problem can be compiled for: workers through each policy, workers through a
/// view, and batches that workers make together. A program that trains by one scheme compiles what
/// that scheme needs (`ways_of`).
using all_ways = type_list<exclusive, relaxed, atomic_add, one_lock, gathering, parameter_view, collective_batch>;

/// One policy of `worker_policies`, for code that is not compiled for each of them.
using any_access = variant_of<worker_policies>::type;

} // namespace peccary
