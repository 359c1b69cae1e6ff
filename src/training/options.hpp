// What `peccary train` was asked to do, as plain values.
#pragma once

#include "input/format.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace peccary::program {

/// Each member belongs to a row of `option_rows.hpp`. Names are as on the command line; `plan.hpp`
/// settles "auto". Members are in the order of the help text.
struct train_options {
    std::string data;
    std::string test;
    std::string labels;
    std::string test_labels;
    std::string format = "auto";
    std::string label_column = "-1";
    std::string index_base = "auto";
    std::uint64_t max_features = std::uint64_t{1} << 28U;
    std::string cache;
    std::string normalize = "none";
    double validation = 0;

    std::string objective = "auto";
    std::optional<double> l2;
    double l1 = 0;
    bool bias = false;
    std::string layers = "128";
    std::string activation = "relu";
    std::string output = "auto";
    double dropout = 0;
    bool layerwise = false;
    std::string class_weight = "none";

    std::string scheme = "auto";
    unsigned threads = 0;
    std::string executor = "threads";
    bool pin = false;
    std::optional<std::string> delay; ///< of virtual workers
    std::string staleness = "sampled";
    bool diagnose = false;

    std::uint64_t epochs = 0; ///< 0: by the size of the data, once that is known
    std::string step = "auto";
    std::string schedule = "auto";
    std::optional<double> decay;
    std::string rule = "sgd";
    std::optional<double> momentum;
    std::optional<double> total_momentum;
    std::optional<double> beta2;
    std::optional<double> epsilon;
    std::string rule_state = "auto";
    std::string compensation = "none";
    std::optional<double> compensation_lambda;
    std::optional<double> clip_norm;
    std::string damping = "none";
    std::uint64_t batch = 0;
    std::uint64_t seed = 1;
    std::uint64_t repeat = 1;
    std::optional<double> tolerance;
    std::uint64_t patience = 3;

    std::string model;
    std::string model_format = "peccary";
    std::string log;
    std::string checkpoint;
    std::uint64_t checkpoint_every = 1;
    std::string resume;
    std::string progress = "auto";
    bool quiet = false;

    /// The options that the user wrote, by their names without the dashes.
    std::set<std::string> given;
    /// The command as the user wrote it, without `--resume FILE`, for a message that says how to go
    /// on.
    std::string command;
};

/// The format of the data, and of the test data: the one that --format names, else by the file's
/// name.
data_format format_of_data(const train_options& options);
data_format format_of_test_data(const train_options& options);

/// Whether steps are damped. Throws `usage_error` for an unknown damping.
bool damps(const train_options& options);

/// Whether the executor of this name simulates its workers. Throws `usage_error` for an unknown
/// one.
bool simulates(const std::string& executor);

/// The units of the hidden layers that --layers names, "128,64"; none for "none". Throws
/// `usage_error` for anything else.
std::vector<std::size_t> layer_units(const std::string& layers);

} // namespace peccary::program
