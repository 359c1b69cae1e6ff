// What a comparison of schemes has to report, as plain values, and how: a table, or JSON.
#pragma once

#include "peccary/statistics/worker_statistics.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace peccary::program {

/// One run of one contender.
struct compared_run {
    std::vector<double> seconds;          ///< of training, cumulative, after each epoch
    std::vector<double> objective_values; ///< after each epoch
    worker_statistics statistics;         ///< of all workers
};

/// A scheme with a number of workers.
struct contender {
    std::string scheme;
    unsigned workers = 1;
    double step = 0;
    std::vector<compared_run> runs; ///< one a round
};

struct comparison {
    std::string objective;
    std::uint64_t rows = 0;
    std::uint64_t nonzeros = 0;
    std::uint64_t epochs = 0;
    double target = 0;  ///< relative distance to `best`
    unsigned cores = 1; ///< usable ones
    std::vector<contender> contenders;

    /// The lowest objective value of any run.
    double best() const;
};

/// Medians over the rounds; ratios to the fastest serial scheme are taken within a round, since that is when both met the same machine.
std::string comparison_table(const comparison& of);
nlohmann::ordered_json comparison_record(const comparison& of);

} // namespace peccary::program
