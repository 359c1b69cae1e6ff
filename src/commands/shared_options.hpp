// Options that several subcommands have: what to read, and what to minimise.
#pragma once

#include "training/options.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace peccary::program {

/// --format of a file that is read.
CLI::Option* add_format_option(CLI::App& command, std::string& format);

void add_data_options(CLI::App& command, train_options& options);
void add_objective_options(CLI::App& command, train_options& options);

} // namespace peccary::program
