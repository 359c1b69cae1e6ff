// The subcommands: each is one file, and a row of `commands` in main.cpp.
#pragma once

#include "options/command.hpp"

#include <string>
#include <vector>

namespace peccary::program {

/// `arguments` are the command line, the program's name first.
command train_command(const std::vector<std::string>& arguments);
command compare_command();
command report_command();
command predict_command();
command schemes_command();
command generate_command();
command convert_command();
command convert_model_command();
/// Prints the manual page of `all`, which must outlive it.
command manual_command(const std::vector<command>& all);

} // namespace peccary::program
