// The list of update schemes. From it come the program's names, tables, comparisons, conformance
// tests and benchmarks.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/scheme/atomic.hpp"
#include "peccary/scheme/hogbatch.hpp"
#include "peccary/scheme/hogwild.hpp"
#include "peccary/scheme/leashed.hpp"
#include "peccary/scheme/locked.hpp"
#include "peccary/scheme/model_averaging.hpp"
#include "peccary/scheme/replicas.hpp"
#include "peccary/scheme/round_robin.hpp"
#include "peccary/scheme/sequential.hpp"
#include "peccary/scheme/striped.hpp"
#include "peccary/scheme/synchronous.hpp"

namespace peccary {

using schemes =
    type_list<sequential, hogwild, atomic, striped, locked, leashed, round_robin, synchronous, hogbatch, replicas, model_averaging>;

/// Throws `usage_error` for an unknown name. A template, so that nobody compiles all schemes who
/// names one by its type.
template <class List = schemes>
scheme_entry scheme_named(std::string_view name) {
    scheme_entry found{};
    with_named<List>("scheme", name, [&](auto tag) { found = entry_of<typename decltype(tag)::type>(); });
    return found;
}

} // namespace peccary
