// Between a training run and its checkpoint file.
#pragma once

#include "training/inputs.hpp"
#include "training/options.hpp"
#include "training/run.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

/// Whether a run has stopped getting better: `patience` epochs in a row without a relative
/// improvement by more than `tolerance`.
struct improvement {
    std::optional<double> best;
    std::uint64_t epochs_without = 0;

    /// Takes the value after an epoch; true if the run should end.
    bool seen(double value, double tolerance, std::uint64_t patience);
};

/// What a run resumes from.
struct saved_run {
    std::string settings; ///< as `describe_run` wrote them
    std::size_t features = 0;
    double step = 0;
    std::uint64_t batch = 0;
    unsigned workers = 0;
    run_position position;
    improvement progress;
    std::vector<real> parameters;
};

/// All that decides what the run computes, as JSON. "options" are those that `to_json` takes.
/// "data" has rows, features, nonzeros and a hash. "resolved" is what the options left open.
std::string describe_run(const train_options& options, const training_inputs& inputs, const training_run& run);

/// Replaces the file. Throws `io_error`, and `diverged_error` rather than overwriting a good
/// checkpoint with parameters that are not finite.
void save_checkpoint(const std::string& path, const std::string& settings, const training_run& run, const improvement& progress);

/// Throws `data_error` and `io_error`.
saved_run load_checkpoint_file(const std::string& path);

/// Puts the options of the checkpoint in place of those that the user left out. Throws
/// `usage_error` that names an option that was given with another value.
void adopt_options(const saved_run& saved, train_options& options);

/// Throws `data_error` that names the difference if the data is not what the checkpoint was made
/// with.
void require_same_data(const saved_run& saved, const train_options& options, const training_inputs& inputs);

} // namespace peccary::program
