// What a training run has to report, as plain values: the one source of the log, the progress and
// the closing table.
#pragma once

#include "peccary/diagnosis/diagnosis.hpp"
#include "peccary/statistics/worker_statistics.hpp"
#include "peccary/update/evaluate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

/// After each epoch.
struct epoch_facts {
    std::uint64_t epoch = 0;    ///< counted from 1
    double train_seconds = 0;   ///< cumulative, evaluation excluded
    double objective_value = 0; ///< mean loss + penalty over the training examples
    std::uint64_t updates = 0;  ///< cumulative
    evaluation training;
    std::optional<evaluation> validation;
    std::optional<evaluation> test;
};

/// After the last one.
struct run_facts {
    std::string scheme;
    std::string objective;
    std::string executor;
    std::string rule; ///< for people; empty where gradients are applied as they are
    /// 0 where it has none; nothing where no update is late
    std::optional<double> momentum_of_rule;
    std::optional<std::string> delay; ///< of simulated workers; others have none
    double load_seconds = 0;
    double calibration_seconds = 0;
    double step = 0;
    std::string damping = "none";
    bool step_calibrated = false;
    std::uint64_t seed = 1;
    std::size_t rows = 0; ///< trained on
    std::size_t features = 0;
    std::size_t all_rows = 0;        ///< of the training file, those held back for validation too
    std::size_t nonzeros = 0;        ///< of all rows
    bool stopped_early = false;      ///< by --tolerance
    double train_seconds_before = 0; ///< of the run that was resumed
    epoch_facts last;
    std::vector<worker_statistics> workers;
    std::optional<diagnosis> diagnosed; ///< with --diagnose

    worker_statistics merged() const {
        worker_statistics all;
        for (const worker_statistics& worker : workers) {
            all.merge(worker);
        }
        return all;
    }
};

/// What the steps of the updates that were applied were multiplied by, on average; nothing where
/// they are not damped.
inline std::optional<double> mean_damping(const worker_statistics& all) {
    return all.damping > 0 ? std::optional(all.damping / static_cast<double>(all.updates - all.waits.dropped)) : std::nullopt;
}

} // namespace peccary::program
