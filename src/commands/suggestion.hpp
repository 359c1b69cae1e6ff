// Messages for command lines that cannot be understood, with what was probably meant.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace peccary::program {

/// The candidate that takes the fewest insertions, deletions and replacements of letters, if that is few enough to be a slip; else empty.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

std::string usage_message(const CLI::App& program, const std::vector<std::string>& arguments, const CLI::ParseError& met);

} // namespace peccary::program
