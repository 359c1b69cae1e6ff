// `peccary compare`: several update schemes and numbers of workers, side by side on the same data.
#pragma once

#include "training/options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace peccary::program {

struct compare_options {
    train_options common; ///< data, objective, epochs, schedule, seed; what it says of schemes and outputs is not used
    std::vector<std::string> schemes;
    std::vector<unsigned> threads;
    std::uint64_t rounds = 7;
    double target = 0.001; ///< relative distance to the best objective value that any run reached
    std::string json;      ///< file for all figures
};

/// Runs each scheme with each number of workers once a round, in an order shuffled anew each round, and prints a table. Evaluation is not in the
/// times. Throws what reading and training throw, `usage_error` for unknown schemes, `interrupted_error` before the first round is whole.
void compare(const compare_options& options);

} // namespace peccary::program
