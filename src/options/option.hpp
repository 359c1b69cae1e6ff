// An option of a subcommand, as plain values: the command line, the help and the manual are made
// from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace peccary::program {

/// Where the value of an option goes. Its type says what is legal: a `bool` is a flag, which takes
/// no value, and a whole number is refused when it is out of range. The value there before parsing
/// is the default.
using option_target =
    std::variant<bool*, std::string*, unsigned*, std::uint64_t*, double*, std::optional<std::string>*, std::optional<std::uint64_t>*,
                 std::optional<double>*, std::vector<std::string>*, std::vector<unsigned>*>;

struct option {
    std::string name; ///< without the dashes; a positional argument is in capitals
    /// stands for the value in the help; flags and positional arguments have none
    std::string value;
    std::string help;
    option_target target;
    std::vector<std::string> choices = {}; ///< the legal values; empty: the command checks them
    bool positive = false;                 ///< a number that must be above 0
    bool required = false;
    std::string group = {}; ///< the heading in the help; empty: "Options"

    bool positional() const { return name.front() >= 'A' && name.front() <= 'Z'; }
    bool flag() const { return std::holds_alternative<bool*>(target); }
};

} // namespace peccary::program
