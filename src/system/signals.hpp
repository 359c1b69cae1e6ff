// Signals as the program takes them: the first SIGINT or SIGTERM asks a run to stop, the second one
// ends the process.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/stop_flag.hpp"

namespace peccary::program {

/// The user stopped the run (exit code 5). `what()` says what was kept and how to go on.
class interrupted_error : public error {
public:
    using error::error;
};

/// Makes writing to a closed pipe, or beyond a limit on file sizes, an error of the write instead
/// of the process's end.
void report_failed_writes_as_errors();

/// The flag that SIGINT and SIGTERM set from now on. Before the first call they end the process,
/// which is right while it only reads.
/// A signal that the parent had the process ignore (`nohup`, background jobs of some shells) stays
/// ignored.
stop_flag& stop_on_signals();

} // namespace peccary::program
