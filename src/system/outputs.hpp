// Checks of output paths before long work, so that it does not fail at its end.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace peccary::program {

/// (option, path); an empty path is skipped.
using named_paths = std::vector<std::pair<std::string, std::string>>;

/// Throws `usage_error` if an output is the same file as an input or another output, and `io_error`
/// if it cannot be written. Leaves no trace.
void check_outputs(const named_paths& inputs, const named_paths& outputs);

} // namespace peccary::program
