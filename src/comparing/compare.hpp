// `peccary compare`: several update schemes and numbers of workers, side by side on the same data.
#pragma once

#include "training/options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

struct compare_options {
    /// data, objective, epochs, schedule, step, seed, diagnose; what it says of schemes and outputs
    /// is not used
    train_options common;
    std::vector<std::string> schemes; ///< names, or "all" alone
    std::vector<unsigned> threads;
    std::uint64_t rounds = 7;
    bool no_tune = false;
    /// relative distance to the optimum, or else to the best objective value that any run reached
    double target = 0.001;
    std::optional<double> optimum; ///< known from elsewhere
    std::string json;              ///< file for all figures
    std::string csv;
    std::string html;
    std::string resume; ///< a file that `json` named before
};

/// The schemes that the options name: "all" are those that their executor can run, and of late
/// updates if steps are damped or networks go layer by layer.
std::vector<std::string> schemes_of(const compare_options& options);

/// Runs each scheme with each number of workers once a round, in an order shuffled anew each round,
/// and prints tables and a verdict. Evaluation, tuning and diagnosis are not in the times. Throws
/// what reading and training throw, `usage_error` for unknown schemes and for options that
/// contradict `resume`, `data_error` for other data than it was made with, `interrupted_error` when
/// it was stopped; what was whole is written.
void compare(compare_options options);

} // namespace peccary::program
