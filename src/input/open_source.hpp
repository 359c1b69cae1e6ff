// Opens what a user names as input: a file or standard input, plain or compressed.
#pragma once

#include "peccary/data/format/byte_source.hpp"

#include <memory>
#include <string>

namespace peccary::input {

/// The text in the file at `path` ("-" is standard input). Compression (gzip, zstd) is recognised
/// by the first bytes, not by the name.
/// Throws `io_error` if the file cannot be opened or read; reading may also throw `data_error` for
/// a damaged stream. Each names the file.
std::unique_ptr<byte_source> open_source(const std::string& path);

/// The same over a source that is open already.
std::unique_ptr<byte_source> decompressed(std::unique_ptr<byte_source> source);

} // namespace peccary::input
