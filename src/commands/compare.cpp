// peccary compare: update schemes and numbers of workers, side by side.
#include "comparing/compare.hpp"

#include "commands/commands.hpp"
#include "commands/shared_options.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/execution/executors.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/step/schedules.hpp"

#include <cmath>
#include <memory>

namespace peccary::program {

void add_compare(CLI::App& program) {
    CLI::App* const command = add_command(program, "compare", "Compare update schemes and numbers of workers on a data file");
    const auto options = std::make_shared<compare_options>();
    options->schemes = {"all"};
    add_data_options(*command, options->common);
    add_objective_options(*command, options->common);
    add_rule_options(*command, options->common);
    const char* const group = "Comparison";
    command->add_option("--schemes", options->schemes, "Some of " + names_of<schemes>() + ", or all (default)")
        ->delimiter(',')
        ->option_text("NAME,...")
        ->group(group);
    command->add_option("--threads", options->threads, "Numbers of workers (default: 1 and usable physical cores)")
        ->delimiter(',')
        ->check(CLI::PositiveNumber)
        ->option_text("N,...")
        ->group(group);
    add_count(*command, "--repeat", options->rounds, "Rounds; in each everything runs once (default 7)")
        ->check(CLI::PositiveNumber)
        ->group(group);
    command
        ->add_option(
            "--target", options->target,
            "How near to the optimum, or else to the best objective value of all runs, counts as there, relative to it (default 0.001)")
        ->option_text("GAP")
        ->group(group);
    command->add_option("--optimum", options->optimum, "The least objective value, if it is known: what gaps are measured against")
        ->option_text("X")
        ->group(group);
    command->add_option("--step", options->common.step, "First step size of all runs; auto (default) chooses one for each contender")
        ->option_text("X")
        ->group(group);
    command
        ->add_flag(
            "--no-tune", options->no_tune,
            "Take the step that a sample suggests, instead of trying its doubles and halves in whole runs of each scheme and number of "
            "workers")
        ->group(group);
    add_count(*command, "--epochs", options->common.epochs, "Passes over the data (default: 6 to 30, more for smaller data)")
        ->check(CLI::PositiveNumber)
        ->group(group);
    options->common.schedule = linear_decay::info.name;
    command->add_option("--schedule", options->common.schedule, "How the step size falls: " + names_of<schedules>() + " (default linear)")
        ->option_text("NAME")
        ->group(group);
    add_damping_option(*command, options->common, group);
    add_persistence_option(*command, options->common, group);
    command->add_option("--executor", options->common.executor, "What runs the workers: " + names_of<executors>() + " (default threads)")
        ->option_text("NAME")
        ->group(group);
    add_delay_option(*command, options->common, group);
    add_count(*command, "--seed", options->common.seed, "Seed of all random choices (default 1)")->group(group);
    command
        ->add_flag("--diagnose", options->common.diagnose,
                   "Count lost updates and torn reads, in one more run of each contender, which is not timed")
        ->group(group);
    command->add_option("--json", options->json, "Write all figures here, after each round")->option_text("FILE")->group(group);
    command->add_option("--csv", options->csv, "Write a line for each run here")->option_text("FILE")->group(group);
    command->add_option("--html", options->html, "Write a self-contained page with charts here")->option_text("FILE")->group(group);
    command
        ->add_option(
            "--resume", options->resume,
            "Go on with the rounds that are missing in this file, which --json wrote; it is written again, unless --json names another")
        ->option_text("FILE")
        ->group(group);
    add_progress_options(*command, options->common, group);
    command->callback([command, options] {
        options->common.given = given_options(*command);
        if (options->threads.empty()) {
            options->threads = {1};
            if (const unsigned cores = topology::of_this_process().default_workers(); cores > 1) {
                options->threads.push_back(cores);
            }
        }
        if (!std::isfinite(options->target) || options->target <= 0) {
            throw usage_error("--target must be a positive number");
        }
        if (options->optimum && !(std::isfinite(*options->optimum) && *options->optimum > 0)) {
            throw usage_error("--optimum must be a positive number");
        }
        if (options->no_tune && options->common.step != "auto") {
            throw usage_error("--no-tune has no effect here: --step is taken as it is given; leave one of them out");
        }
        compare(*options);
    });
}

} // namespace peccary::program
