// peccary train: trains a model on a data file.
#include "commands/commands.hpp"
#include "commands/shared_options.hpp"

#include "model/formats.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/execution/executors.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/step/schedules.hpp"
#include "system/shell.hpp"
#include "training/objectives.hpp"
#include "training/train.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace peccary::program {

namespace {

/// The schedules that have a decay, each with its default.
std::string decays() {
    std::string text;
    schedules::for_each([&](auto tag) {
        constexpr schedule_info info = decltype(tag)::type::info;
        if (info.decay != 0) {
            text += fmt::format("{}{} (default {})", text.empty() ? "" : ", ", info.name, info.decay);
        }
    });
    return text;
}

void add_worker_options(CLI::App& command, train_options& options) {
    const char* const group = "Workers";
    command
        .add_option("--scheme", options.scheme,
                    "Update scheme: auto (default: the fastest in a trial of milliseconds), " + names_of<schemes>())
        ->option_text("NAME")
        ->group(group);
    add_count(command, "--threads", options.threads, "Workers (default: usable physical cores)")->group(group);
    command.add_option("--executor", options.executor, "What runs the workers: " + names_of<executors>() + " (default threads)")
        ->option_text("NAME")
        ->group(group);
    add_delay_option(command, options, group);
    command.add_flag("--pin", options.pin, "Keep each worker on one processor")->group(group);
    command
        .add_option("--staleness", options.staleness, "Measure staleness: sampled (default), exact (of every update, and overlap), or off")
        ->check(CLI::IsMember({"sampled", "exact", "off"}))
        ->option_text("MODE")
        ->group(group);
    command
        .add_flag(
            "--diagnose", options.diagnose,
            "Count lost updates and torn reads, and staleness of hot and cold coordinates and of layers apart; several times slower, which "
            "makes all of it seem larger")
        ->group(group);
}

void add_descent_options(CLI::App& command, train_options& options) {
    const char* const group = "Descent";
    add_count(command, "--epochs", options.epochs,
              "Passes over the data (default: 6 to 30, more for smaller data; 5 to 25 where --schedule auto is inverse_linear)")
        ->check(CLI::PositiveNumber)
        ->group(group);
    command.add_option("--step", options.step, "First step size; auto (default) tries a few on a sample")->option_text("X")->group(group);
    command
        .add_option("--schedule", options.schedule,
                    "How the step size falls: " + names_of<schedules>() +
                        "; linear and inverse_linear reach 0 at the last epoch. auto (default): inverse_linear for logistic models whose "
                        "step is auto, "
                        "in 3 passes or more, else linear")
        ->option_text("NAME")
        ->group(group);
    command.add_option("--decay", options.decay, "The schedule's decay: " + decays())->option_text("X")->group(group);
    add_damping_option(command, options, group);
    add_persistence_option(command, options, group);
    add_count(command, "--batch", options.batch,
              "Examples per update (default: the scheme's; mlp: at least 32, but round_robin's workers share those out, at least 8 each)")
        ->group(group);
    add_count(command, "--seed", options.seed, "Seed of all random choices (default 1)")->group(group);
    add_count(command, "--repeat", options.repeat, "Runs, with seeds SEED, SEED + 1, ...: prints their spread; the model is the first's")
        ->group(group);
    command
        .add_option("--tolerance", options.tolerance,
                    "Stop when the objective value (with --validation: the loss there) no longer falls by this fraction of itself; "
                    "meant for schedules other than linear and inverse_linear, which do their best work at their planned end")
        ->option_text("X")
        ->group(group);
    add_count(command, "--patience", options.patience, "Epochs without such a fall before stopping (default 3)")->group(group);
}

void add_output_options(CLI::App& command, train_options& options) {
    const char* const group = "Output";
    command.add_option("--model", options.model, "Write the trained model here")->option_text("FILE")->group(group);
    command.add_option("--model-format", options.model_format, fmt::format("{} (default peccary)", fmt::join(model_format_names(), ", ")))
        ->check(CLI::IsMember(model_format_names()))
        ->option_text("NAME")
        ->group(group);
    command.add_option("--log", options.log, "Write JSON lines here: one for the run, each epoch, and the summary")
        ->option_text("FILE")
        ->group(group);
    command.add_option("--checkpoint", options.checkpoint, "Write a checkpoint here after each epoch and when interrupted")
        ->option_text("FILE")
        ->group(group);
    add_count(command, "--checkpoint-every", options.checkpoint_every, "Epochs between checkpoints (default 1)")->group(group);
    command
        .add_option("--resume", options.resume,
                    "Go on from this checkpoint, with its options and the same data; options that concern output may be given anew")
        ->option_text("FILE")
        ->group(group);
    add_progress_options(command, options, group);
}

/// The command as a shell takes it, without --resume and its file.
std::string command_to_go_on(const std::vector<std::string>& arguments) {
    std::string command;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--resume") {
            ++i;
        } else if (!arguments[i].starts_with("--resume=")) {
            command += (command.empty() ? "" : " ") + shell_quoted(arguments[i]);
        }
    }
    return command;
}

} // namespace

void add_train(CLI::App& program, const std::vector<std::string>& arguments) {
    CLI::App* const command = add_command(program, "train", "Train a model on a data file");
    const auto options = std::make_shared<train_options>();
    add_data_options(*command, *options);
    add_objective_options(*command, *options);
    add_worker_options(*command, *options);
    add_descent_options(*command, *options);
    add_rule_options(*command, *options);
    add_output_options(*command, *options);
    command->callback([command, options, &arguments] {
        options->given = given_options(*command);
        options->command = command_to_go_on(arguments);
        train(*options);
    });
}

} // namespace peccary::program
