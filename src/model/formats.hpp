// The formats of model files, by the names that options have for them.
#pragma once

#include <string>
#include <vector>

namespace peccary {
struct model;
}

namespace peccary::program {

/// The first is the default.
std::vector<std::string> model_format_names();

/// Replaces `path`. Throws `usage_error` for an unknown format, or one that cannot hold the model,
/// and `io_error`.
void save_model_as(const std::string& format, const model& trained, const std::string& path);

/// The model in a file of any of the formats, told apart by its content. Throws `data_error` and
/// `io_error`.
model load_any_model(const std::string& path);

/// From one file to another, in the format of this name. Throws what the two functions above throw.
void convert_model(const std::string& from, const std::string& format, const std::string& to);

} // namespace peccary::program
