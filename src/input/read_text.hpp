// Reads a text file whole.
#pragma once

#include <string>

namespace peccary::input {

/// The text in the file at `path`, decompressed as by `open_source`. Throws `io_error`, and
/// `data_error` for a damaged stream; each names the file.
std::string read_text(const std::string& path);

} // namespace peccary::input
