// The subcommands: each is one file, adds itself to the program, and throws `error`s.
#pragma once

#include "peccary/core/number_text.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace peccary::program {

/// `arguments` is the command line, the program's name first.
void add_train(CLI::App& program, const std::vector<std::string>& arguments);
void add_compare(CLI::App& program);
void add_report(CLI::App& program);
void add_predict(CLI::App& program);
void add_schemes(CLI::App& program);
void add_generate(CLI::App& program);
void add_convert(CLI::App& program);
void add_convert_model(CLI::App& program);
void add_manual(CLI::App& program);

/// A subcommand with `--help` and `--version`.
CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description);

/// Lets an option take whole numbers only (CLI11 by itself would take -1 for 2^64 - 1).
template <class Unsigned>
CLI::Option* as_count(CLI::Option* option) {
    return option
        ->check([](const std::string& text) {
            return parse_number<Unsigned>(text) ? std::string() : "'" + text + "' is not a whole number in range";
        })
        ->option_text("N");
}

/// Adds such an option.
template <class Unsigned>
CLI::Option* add_count(CLI::App& command, const std::string& name, Unsigned& value, const std::string& description) {
    return as_count<Unsigned>(command.add_option(name, value, description));
}
template <class Unsigned>
CLI::Option* add_count(CLI::App& command, const std::string& name, std::optional<Unsigned>& value, const std::string& description) {
    return as_count<Unsigned>(command.add_option(name, value, description));
}

/// The options of a subcommand that were given on the command line, by their names without dashes.
std::set<std::string> given_options(const CLI::App& command);

} // namespace peccary::program
