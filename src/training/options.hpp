// What `peccary train` was asked to do, as plain values.
#pragma once

#include "input/load.hpp"
#include "peccary/step/rules.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace peccary::program {

/// Names as on the command line; "auto" is resolved later. Members in the order of the help text.
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
    std::string schedule = "auto"; ///< settled by `settle_plan`
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
    std::optional<std::uint64_t> persistence;
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
    /// The command as the user wrote it, without `--resume FILE`, for a message that says how to go on.
    std::string command;
};

/// The options that decide what a run computes, by their names: what a checkpoint keeps and a resumed run may not change.
/// Options that only say where results go, and the paths of the data, are not among them.
nlohmann::json to_json(const train_options& options);

/// The reverse, into `options`. Throws `data_error` "name: ..." when `json`, from the file `name`, is not what `to_json` made.
void from_json(const nlohmann::json& json, const std::string& name, train_options& options);

/// Throws `usage_error` for options that have no effect in this combination, and for values without meaning. Unknown names are left to
/// whoever looks them up.
void check_combination(const train_options& options);

/// The format of the test data: --format if it names one, else by the file's name.
data_format test_format_of(const train_options& options);

/// Whether steps are damped. Throws `usage_error` for a damping that is none.
bool damps(const train_options& options);

/// Whether the executor of this name simulates its workers. Throws `usage_error` for an unknown one.
bool simulates(const std::string& executor);

/// The units of the hidden layers that --layers names, "128,64"; none for "none". Throws `usage_error` for anything else.
std::vector<std::size_t> layer_units(const std::string& layers);

/// What the options say of the update rule, under their own scheme and workers, or under others.
rule_settings rule_settings_of(const train_options& options);
rule_settings rule_settings_of(const train_options& options, const std::string& scheme, unsigned workers);

/// The explicit momentum of a run by this scheme, 0 where its rule has none; nothing where no update is late.
std::optional<double> momentum_of_rule(const train_options& options, const std::string& scheme, unsigned workers);

/// Throws `usage_error` if workers of the scheme of this name cannot keep the rule's state as the options have it; true if they share it.
bool shares_rule_state(const train_options& options, const std::string& scheme);

load_options load_options_of(const train_options& options);

} // namespace peccary::program
