// The whole of `peccary train`, from options to files.
#pragma once

#include "peccary/core/error.hpp"
#include "training/options.hpp"

namespace peccary::program {

/// The user stopped the run (exit code 5). `what()` says what was kept and how to go on.
class interrupted_error : public error {
public:
    using error::error;
};

/// Progress goes to standard error, the closing table to standard output. Throws `error`s; nothing is written on bad input.
void train(train_options options);

} // namespace peccary::program
