// The options of training: one row each.
#pragma once

#include "options/option_row.hpp"
#include "training/options.hpp"

#include <string_view>
#include <vector>

namespace peccary::program {

using training_row = option_row<train_options>;
using training_rows = option_table<train_options>;

/// The tables, one for each heading of the help.
training_rows data_rows();
training_rows objective_rows();
training_rows worker_rows();
training_rows descent_rows();
training_rows rule_rows();
training_rows output_rows();

struct option_group {
    const char* heading;
    training_rows rows;
};

/// All tables, in the order of the help text.
const std::vector<option_group>& training_groups();

/// The row of this name. There must be one.
const training_row& training_row_named(std::string_view name);

/// Throws `usage_error` for options that have no effect in this combination, and for values without
/// meaning. `options.given` says which ones the user wrote.
void check_combination(const train_options& options);

} // namespace peccary::program
