// Options that several subcommands have: what to read, what to minimise, and how to be watched.
#pragma once

#include "training/options.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace peccary::program {

/// --format of a file that is read.
CLI::Option* add_format_option(CLI::App& command, std::string& format);

void add_data_options(CLI::App& command, train_options& options);
void add_objective_options(CLI::App& command, train_options& options);
/// Of `mlp`: what becomes of its gradients.
void add_rule_options(CLI::App& command, train_options& options);
void add_progress_options(CLI::App& command, train_options& options, const std::string& group);
void add_damping_option(CLI::App& command, train_options& options, const std::string& group);
void add_persistence_option(CLI::App& command, train_options& options, const std::string& group);
void add_delay_option(CLI::App& command, train_options& options, const std::string& group);

} // namespace peccary::program
