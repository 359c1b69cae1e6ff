// The list of access policies.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/parameters/access/atomic_add.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/access/one_lock.hpp"
#include "peccary/parameters/access/relaxed.hpp"

namespace peccary {

using access_policies = type_list<exclusive, relaxed, atomic_add, one_lock>;

} // namespace peccary
