// Options that several subcommands have: what to read, and what to minimise.
#pragma once

#include "training/options.hpp"

#include <CLI/CLI.hpp>

namespace peccary::program {

void add_data_options(CLI::App& command, train_options& options);
void add_objective_options(CLI::App& command, train_options& options);
void add_delay_option(CLI::App& command, train_options& options, const std::string& group);

} // namespace peccary::program
