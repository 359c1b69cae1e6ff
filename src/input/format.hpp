// The formats of data files by name, and which options say something about which format.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace peccary::program {

enum class data_format : std::uint8_t { automatic, libsvm, csv, idx, npy };

/// `automatic` is resolved by the file's name, with or without .gz or .zst behind it: .csv and .tsv
/// are CSV, .npy is .npy, names that end in "ubyte" or .idx are IDX, as those of MNIST do, and
/// anything else is LIBSVM. It goes by the name and not by the content, so that what a command
/// means does not depend on what a file happens to hold.
data_format format_of(const std::string& path, data_format asked);

/// What --format and --index-base can be, and their texts of help.
inline const std::vector<std::string> format_names{"auto", "libsvm", "csv", "idx", "npy"};
inline const std::vector<std::string> index_base_names{"auto", "0", "1"};
inline constexpr const char* format_help = "auto (by the file's name), libsvm, csv, idx or npy";
inline constexpr const char* index_base_help = "LIBSVM: indices count from 0 or 1; auto: from 0 if an index 0 occurs";

/// One array of numbers a file; the labels are in a file of their own.
constexpr bool is_array(data_format format) noexcept { return format == data_format::idx || format == data_format::npy; }

/// Why the option of this name says nothing about data of this format; empty if it does.
std::string no_effect_on_reading(const std::string& option, data_format format);

/// Throws `usage_error` if one of the options in `given` says nothing about data of this format.
void check_reading_options(const std::set<std::string>& given, data_format format);

/// The one of this name among `format_names`.
data_format format_named(const std::string& name);

} // namespace peccary::program
