// The list of executors, and the place where an executor's name becomes an object.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/execution/inline_executor.hpp"
#include "peccary/execution/openmp_executor.hpp"
#include "peccary/execution/tbb_executor.hpp"
#include "peccary/execution/thread_executor.hpp"
#include "peccary/execution/virtual_executor.hpp"

#include <memory>

namespace peccary {

using executors = type_list<inline_executor, thread_executor, virtual_executor
#if defined(PECCARY_HAS_OPENMP) && PECCARY_HAS_OPENMP
                            ,
                            openmp_executor
#endif
#if defined(PECCARY_HAS_TBB) && PECCARY_HAS_TBB
                            ,
                            tbb_executor
#endif
                            >;

/// Throws `usage_error` for an unknown name, or one that this build lacks, and for a number of
/// workers that the executor cannot run.
inline std::unique_ptr<executor> make_executor(std::string_view name, unsigned workers, bool pin) {
    std::unique_ptr<executor> made;
    with_named<executors>("executor", name, [&](auto tag) { made = std::make_unique<typename decltype(tag)::type>(workers, pin); });
    return made;
}

} // namespace peccary
