// The options of `peccary compare`: those that it has of training, and one row for each of its own.
#pragma once

#include "comparing/compare.hpp"
#include "options/option.hpp"

#include <string>
#include <vector>

namespace peccary::program {

/// All options, in the order of the help text. They write to `of`, which must outlive them.
std::vector<option> comparison_options(compare_options& of);

/// Throws `usage_error` for options of its own that have no effect or no meaning.
void check_own_options(const compare_options& of);

/// The names of training's options that decide what a comparison finds.
std::vector<std::string> shared_settings();

} // namespace peccary::program
