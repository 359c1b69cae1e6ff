// Between a training run and its checkpoint file.
#pragma once

#include "training/inputs.hpp"
#include "training/options.hpp"
#include "training/run.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace peccary::program {

/// Whether a run has stopped getting better: `patience` epochs in a row without a relative improvement by more than `tolerance`.
struct improvement {
    std::optional<double> best;
    std::uint64_t epochs_without = 0;

    /// Takes the value after an epoch; true if the run should end.
    bool seen(double value, double tolerance, std::uint64_t patience);
};

/// What a run resumes from.
// NOLINTNEXTLINE(bugprone-exception-escape): the check takes the assertions in nlohmann::json's destructor for throws
struct saved_run {
    nlohmann::json settings; ///< "options", "data", "resolved"; see `describe_run`
    run_position position;
    improvement progress;
    std::vector<real> parameters;
};

/// All that decides what the run computes: the options; "data": rows, features, nonzeros and hash; "resolved": what options left open.
nlohmann::json describe_run(const train_options& options, const training_inputs& inputs, const training_run& run);

/// Replaces the file. Throws `io_error`, and `diverged_error` rather than overwriting a good checkpoint with parameters that are not finite.
void save_checkpoint(const std::string& path, const nlohmann::json& settings, const training_run& run, const improvement& progress);

/// Throws `data_error` and `io_error`.
saved_run load_checkpoint_file(const std::string& path);

/// Puts the options of the checkpoint in place of those that the user left out. Throws `usage_error` that names the first option that was
/// given with another value.
void adopt_options(const saved_run& saved, train_options& options);

/// Throws `data_error` that names the difference if the data is not what the checkpoint was made with.
void require_same_data(const saved_run& saved, const train_options& options, const training_inputs& inputs);

} // namespace peccary::program
