// The options of training as JSON: what checkpoints, models, logs and comparisons hold of them.
#pragma once

#include "training/options.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace peccary::program {

/// The options that decide what a run computes, by their names. Checkpoints keep them, and a
/// resumed run may not change them.
nlohmann::json to_json(const train_options& options);

/// The reverse, into `options`. Throws `data_error` "name: ..." when `from`, out of the file
/// `name`, is not what `to_json` made.
void from_json(const nlohmann::json& from, const std::string& name, train_options& options);

/// What a log holds: the same, and where data comes from and results go.
nlohmann::ordered_json logged_options(const train_options& options);

/// Puts the options of the checkpoint `options.resume`, as `to_json` made them, in place of those
/// that the user left out. Throws `usage_error` that names an option that was given another value.
void adopt_options(const nlohmann::json& before, train_options& options);

} // namespace peccary::program
