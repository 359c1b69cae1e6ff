// The program: subcommands, and the exit code of each kind of failure.
#include "commands/commands.hpp"
#include "options/command_line.hpp"
#include "peccary/core/error.hpp"
#include "system/signals.hpp"

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

void run(const std::vector<std::string>& arguments) {
    using namespace peccary::program;
    std::vector<command> commands{train_command(arguments), compare_command(),  report_command(),  predict_command(),
                                  schemes_command(),        generate_command(), convert_command(), convert_model_command()};
    commands.push_back(manual_command(commands));
    const parsed_line line = parse_command_line(commands, arguments);
    if (line.chosen != nullptr) {
        line.chosen->run(line.given);
    }
}

} // namespace

int main(int argc, char** argv) {
    peccary::program::report_failed_writes_as_errors();
    try {
        run({argv, argv + argc});
        return ok;
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
