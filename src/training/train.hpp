// The whole of `peccary train`, from options to files.
#pragma once

#include "training/options.hpp"

namespace peccary::program {

/// Progress goes to standard error, the closing table to standard output. Throws `error`s; nothing
/// is written on bad input.
void train(train_options options);

} // namespace peccary::program
