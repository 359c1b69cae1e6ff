// peccary train: trains a model on a data file.
#include "commands/commands.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/execution/executors.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/step/schedules.hpp"
#include "system/shell.hpp"
#include "training/objectives.hpp"
#include "training/train.hpp"

#include <memory>

namespace peccary::program {

namespace {

void add_data_options(CLI::App& command, train_options& options) {
    command.add_option("DATA", options.data, "Data to train on: LIBSVM or CSV text, plain, gzip or zstd; - is standard input")
        ->required()
        ->option_text(" ");
    const char* const group = "Data";
    command.add_option("--test", options.test, "Evaluate on this data too, after each epoch")->option_text("FILE")->group(group);
    command.add_option("--format", options.format, "auto (by the file's name), libsvm or csv")
        ->check(CLI::IsMember({"auto", "libsvm", "csv"}))
        ->option_text("NAME")
        ->group(group);
    command
        .add_option("--label-column", options.label_column,
                    "CSV: the label's column, by name or number; 1 is the first, -1 the last (default)")
        ->option_text("COLUMN")
        ->group(group);
    command.add_option("--index-base", options.index_base, "LIBSVM: indices count from 0 or 1; auto: from 0 if an index 0 occurs")
        ->check(CLI::IsMember({"auto", "0", "1"}))
        ->option_text("BASE")
        ->group(group);
    add_count(command, "--max-features", options.max_features, "LIBSVM: refuse indices beyond this many features (default 2^28)")
        ->group(group);
    command
        .add_option("--cache", options.cache,
                    "Keep DATA in parsed form here: taken from FILE while it fits the data and the options above, else written")
        ->option_text("FILE")
        ->group(group);
    command.add_option("--validation", options.validation, "Hold back this fraction of the rows, chosen by a hash of seed and row")
        ->option_text("FRACTION")
        ->group(group);
}

void add_objective_options(CLI::App& command, train_options& options) {
    const char* const group = "Objective";
    command.add_option("--objective", options.objective, "auto (by the labels), " + names_of<objectives>())
        ->option_text("NAME")
        ->group(group);
    command.add_option("--l2", options.l2, "Weight of half the squared norm of the weights (default 1 / rows)")
        ->option_text("X")
        ->group(group);
    command.add_option("--l1", options.l1, "Weight of the sum of the weights' magnitudes (default 0)")->option_text("X")->group(group);
    command.add_flag("--bias", options.bias, "Learn a bias too; it is not regularised")->group(group);
    command.add_option("--class-weight", options.class_weight, "none, balanced, or label:weight,label:weight,...")
        ->option_text("WEIGHTS")
        ->group(group);
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
    command.add_flag("--pin", options.pin, "Keep each worker on one processor")->group(group);
    command.add_option("--staleness", options.staleness, "Measure staleness: sampled (default), exact, or off")
        ->check(CLI::IsMember({"sampled", "exact", "off"}))
        ->option_text("MODE")
        ->group(group);
    command
        .add_flag("--diagnose", options.diagnose,
                  "Count lost updates, and staleness of hot and cold coordinates apart; several times slower, which makes both seem larger")
        ->group(group);
}

void add_descent_options(CLI::App& command, train_options& options) {
    const char* const group = "Descent";
    add_count(command, "--epochs", options.epochs, "Passes over the data (default: 6 to 30, more for smaller data)")
        ->check(CLI::PositiveNumber)
        ->group(group);
    command.add_option("--step", options.step, "First step size; auto (default) tries a few on a sample")->option_text("X")->group(group);
    command
        .add_option("--schedule", options.schedule,
                    "How the step size falls: " + names_of<schedules>() + "; linear (default) reaches 0 at the last epoch")
        ->option_text("NAME")
        ->group(group);
    command.add_option("--decay", options.decay, "The schedule's decay: inverse_time, inverse_sqrt (default 1), epoch_decay (0.9)")
        ->option_text("X")
        ->group(group);
    add_count(command, "--batch", options.batch, "Examples per update (default: the scheme's)")->group(group);
    add_count(command, "--seed", options.seed, "Seed of all random choices (default 1)")->group(group);
    add_count(command, "--repeat", options.repeat, "Runs, with seeds SEED, SEED + 1, ...: prints their spread; the model is the first's")
        ->group(group);
    command
        .add_option("--tolerance", options.tolerance,
                    "Stop when the objective value (with --validation: the loss there) no longer falls by this fraction of itself; "
                    "meant for schedules other than linear, which does its best work at its planned end")
        ->option_text("X")
        ->group(group);
    add_count(command, "--patience", options.patience, "Epochs without such a fall before stopping (default 3)")->group(group);
}

void add_output_options(CLI::App& command, train_options& options) {
    const char* const group = "Output";
    command.add_option("--model", options.model, "Write the trained model here")->option_text("FILE")->group(group);
    command.add_option("--model-format", options.model_format, "peccary (default) or liblinear")
        ->check(CLI::IsMember({"peccary", "liblinear"}))
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
    command.add_flag("--quiet", options.quiet, "No progress on standard error")->group(group);
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
    add_output_options(*command, *options);
    command->callback([command, options, &arguments] {
        options->given = given_options(*command);
        options->command = command_to_go_on(arguments);
        train(*options);
    });
}

} // namespace peccary::program
