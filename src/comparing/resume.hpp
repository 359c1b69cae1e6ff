// How a comparison goes on from the JSON that an earlier one wrote.
#pragma once

#include "comparing/compare.hpp"
#include "report/comparison.hpp"
#include "training/inputs.hpp"

#include <cstdint>
#include <string>

namespace peccary::program {

/// Reads what `--json` wrote. Throws `io_error`, `data_error`.
comparison read_comparison(const std::string& path);

/// What the runs depend on, with what was left open as it was settled.
json_value comparison_settings(const compare_options& options, const std::string& objective, const std::string& output,
                               std::uint64_t epochs);
json_value comparison_data(const training_inputs& inputs);
json_value comparison_machine();

/// Takes the options that were not given from the earlier comparison. Throws `usage_error` for one
/// that was given and contradicts it.
void adopt_options(const comparison& before, compare_options& options);

/// Throws `data_error` unless data and machine are those of the earlier comparison.
void require_same(const comparison& before, const comparison& now, const compare_options& options);

} // namespace peccary::program
