// The program: subcommands, and the exit code of each kind of failure.
#include "commands/commands.hpp"
#include "commands/suggestion.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/version.hpp"
#include "system/signals.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

namespace {

/// A contract with scripts; see README.
enum exit_code : int { ok = 0, run_time_failure = 1, usage = 2, bad_data = 3, diverged = 4, interrupted = 5 };

int fail(exit_code code, const std::string& message) {
    std::cerr << "peccary: " << message << '\n';
    return code;
}

int run(const std::vector<std::string>& arguments) {
    using namespace peccary::program;
    CLI::App program("Stochastic gradient descent on one shared-memory machine.", "peccary");
    program.set_help_flag("-h,--help", "Print this help and exit");
    program.set_version_flag("--version", "peccary " + std::string(peccary::version_string), "Print the version and exit");
    program.require_subcommand(1);
    program.footer("'peccary SUBCOMMAND --help' lists a subcommand's options.\n"
                   "Exit codes: 0 ok, 1 run-time failure, 2 usage, 3 bad data or model file, 4 diverged, 5 interrupted.");
    add_train(program, arguments);
    add_compare(program);
    add_report(program);
    add_predict(program);
    add_schemes(program);
    add_generate(program);
    add_convert(program);
    add_convert_model(program);
    add_manual(program);
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend() - 1); // as CLI11 takes them
        program.parse(std::move(reversed));
        return ok;
    } catch (const CLI::ParseError& met) {
        if (met.get_exit_code() == 0) {
            return program.exit(met); // --help or --version
        }
        return fail(usage, usage_message(program, arguments, met));
    }
}

} // namespace

int main(int argc, char** argv) {
    peccary::program::report_failed_writes_as_errors();
    try {
        return run({argv, argv + argc});
    } catch (const peccary::program::interrupted_error& met) {
        return fail(interrupted, met.what());
    } catch (const peccary::usage_error& met) {
        return fail(usage, met.what());
    } catch (const peccary::data_error& met) {
        return fail(bad_data, met.what());
    } catch (const peccary::diverged_error& met) {
        return fail(diverged, met.what());
    } catch (const std::bad_alloc&) {
        return fail(run_time_failure, "out of memory; use fewer features (--max-features) or classes, or a larger machine");
    } catch (const std::exception& met) {
        return fail(run_time_failure, met.what());
    }
}
