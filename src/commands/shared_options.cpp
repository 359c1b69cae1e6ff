#include "commands/shared_options.hpp"

#include "commands/commands.hpp"
#include "input/load.hpp"
#include "peccary/data/normalizer.hpp"
#include "peccary/execution/virtual/virtual_time.hpp"
#include "peccary/step/dampings.hpp"
#include "peccary/step/rules.hpp"
#include "training/objectives.hpp"

namespace peccary::program {

CLI::Option* add_format_option(CLI::App& command, std::string& format) {
    return command.add_option("--format", format, "auto (by the file's name), libsvm, csv, idx or npy")
        ->check(CLI::IsMember(format_names))
        ->option_text("NAME");
}

void add_data_options(CLI::App& command, train_options& options) {
    command.add_option("DATA", options.data, "Data to train on: LIBSVM or CSV text, IDX or .npy, plain, gzip or zstd; - is standard input")
        ->required()
        ->option_text(" ");
    const char* const group = "Data";
    command.add_option("--test", options.test, "Evaluate on this data too, after each epoch")->option_text("FILE")->group(group);
    add_format_option(command, options.format)->group(group);
    command.add_option("--labels", options.labels, "IDX, .npy: the file with the labels of DATA")->option_text("FILE")->group(group);
    command.add_option("--test-labels", options.test_labels, "IDX, .npy: the file with the labels of the test data")
        ->option_text("FILE")
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
    command
        .add_option("--normalize", options.normalize,
                    "none (default), " + names_of<normalizations>() + ": scale the features; what is learned for it is kept in the model")
        ->option_text("NAME")
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
    command.add_option("--layers", options.layers, "mlp: units of each hidden layer, such as 128,64 (default 128), or none")
        ->option_text("N,N,...")
        ->group(group);
    command.add_option("--activation", options.activation, "mlp: between its layers: " + names_of<activations>() + " (default relu)")
        ->option_text("NAME")
        ->group(group);
    command
        .add_option("--output", options.output,
                    "mlp: what its last layer's sums mean: auto (by the labels: softmax or squared), " + names_of<network_outputs>())
        ->option_text("NAME")
        ->group(group);
    command
        .add_option("--dropout", options.dropout,
                    "mlp: leave out each unit of the hidden layers with this probability in training (default 0)")
        ->option_text("P")
        ->group(group);
    command
        .add_flag("--layerwise", options.layerwise,
                  "mlp: read each layer when it is needed, and write it as soon as its gradient is there; else all at once")
        ->group(group);
    command.add_option("--class-weight", options.class_weight, "none, balanced, or label:weight,label:weight,...")
        ->option_text("WEIGHTS")
        ->group(group);
}

void add_rule_options(CLI::App& command, train_options& options) {
    const char* const group = "Update rule";
    command.add_option("--rule", options.rule, "mlp: what makes updates of gradients: " + names_of<rules>() + " (default sgd)")
        ->option_text("NAME")
        ->group(group);
    command
        .add_option("--momentum", options.momentum,
                    "How much of their sum or mean momentum, nesterov and adam keep, 0 to below 1 (default 0.9)")
        ->option_text("X")
        ->group(group);
    command
        .add_option(
            "--total-momentum", options.total_momentum,
            "Instead of --momentum: what it and the momentum that late updates imply, 1 - 1/THREADS, add up to; at least 0 is left for it")
        ->option_text("X")
        ->group(group);
    command.add_option("--beta2", options.beta2, "How much of the mean square rmsprop (default 0.99) and adam (0.999) keep, 0 to below 1")
        ->option_text("X")
        ->group(group);
    command.add_option("--epsilon", options.epsilon, "Added to the roots by which adagrad (default 1e-10), rmsprop and adam (1e-8) divide")
        ->option_text("X")
        ->group(group);
    command
        .add_option(
            "--rule-state", options.rule_state,
            "What the rule remembers is shared, like the model, or each worker has its own: shared (default), worker; replicas: worker, "
            "but for adagrad")
        ->check(CLI::IsMember({"auto", "shared", "worker"}))
        ->option_text("WHOSE")
        ->group(group);
    command
        .add_option("--compensation", options.compensation,
                    "mlp: correct gradients for what others did to the weights since they were read: " + names_of<compensations>() +
                        " (default none)")
        ->option_text("NAME")
        ->group(group);
    command
        .add_option("--compensation-lambda", options.compensation_lambda,
                    "How strongly: default 0.04 where it is constant, 2 where adaptive")
        ->option_text("X")
        ->group(group);
    command.add_option("--clip-norm", options.clip_norm, "mlp: shorten gradients whose norm is above this to it")
        ->option_text("X")
        ->group(group);
}

void add_progress_options(CLI::App& command, train_options& options, const std::string& group) {
    command
        .add_option("--progress", options.progress,
                    "Progress on standard error: bar (default on a terminal), plain (default elsewhere), json, or none, which leaves notes")
        ->check(CLI::IsMember({"bar", "plain", "json", "none"}))
        ->option_text("STYLE")
        ->group(group);
    command.add_flag("--quiet", options.quiet, "No progress and no notes on standard error")->group(group);
}

void add_damping_option(CLI::App& command, train_options& options, const std::string& group) {
    command
        .add_option("--damping", options.damping,
                    "What the step of a late update is multiplied by, given its staleness: " + damping_names() + " (default none)")
        ->option_text("NAME")
        ->group(group);
}

void add_persistence_option(CLI::App& command, train_options& options, const std::string& group) {
    add_count(command, "--persistence", options.persistence, "leashed: drop an update after more failed swaps than this (default: never)")
        ->group(group);
}

void add_delay_option(CLI::App& command, train_options& options, const std::string& group) {
    command
        .add_option("--delay", options.delay,
                    "Virtual workers: time from an update's read to its apply: " + delay_names() + " (default " +
                        std::string(default_delay) + ")")
        ->option_text("LAW")
        ->group(group);
}

} // namespace peccary::program
