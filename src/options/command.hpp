// A subcommand, as plain values.
#pragma once

#include "options/option.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace peccary::program {

struct command {
    std::string name;
    std::string description;
    std::vector<option> options;
    /// Does what the options say. `given` are the names of the options on the command line. Throws
    /// `error`s.
    std::function<void(const std::set<std::string>& given)> run;
    bool hidden = false; ///< left out of help and manual
};

/// The options that every subcommand has before its own, as help and manual show them.
inline constexpr const char* help_flag = "-h,--help";
inline constexpr const char* help_text = "Print this help and exit";
inline constexpr const char* version_flag = "--version";
inline constexpr const char* version_text = "Print the version and exit";

} // namespace peccary::program
