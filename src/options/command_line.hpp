// The command line, parsed. This is the only part of the program that knows CLI11.
#pragma once

#include "options/command.hpp"

#include <set>
#include <string>
#include <vector>

namespace peccary::program {

struct parsed_line {
    const command* chosen = nullptr; ///< none: --help or --version, which was printed
    std::set<std::string> given;     ///< the options on the command line, by their names
};

/// Writes the values of options where the commands say. `arguments` begin with the program's name.
/// Throws `usage_error` that says what was probably meant.
parsed_line parse_command_line(const std::vector<command>& commands, const std::vector<std::string>& arguments);

} // namespace peccary::program
