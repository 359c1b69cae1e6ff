// Messages for command lines that cannot be understood, with what was probably meant.
#pragma once

#include "options/command.hpp"

#include <string>
#include <vector>

namespace peccary::program {

/// The candidate that takes the fewest insertions, deletions and replacements of letters, if they
/// are few enough to be a slip; else empty.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// What is wrong with a command line. `chosen` is the subcommand, if one was recognised.
/// `not_understood` are words of it that mean nothing: the first that looks like an option is
/// named. Else `fault` says what is wrong.
std::string usage_message(const std::vector<command>& commands, const command* chosen, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& not_understood, const std::string& fault);

} // namespace peccary::program
