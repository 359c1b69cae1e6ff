// What a comparison of schemes has found, as plain values.
#pragma once

#include "report/distribution.hpp"
#include "report/json_value.hpp"
#include "report/text.hpp"
#include "report/worker_figures.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

/// One run of one contender.
struct compared_run {
    std::uint64_t seed = 0;
    std::vector<double> seconds;               ///< of training, cumulative, after each epoch
    std::vector<double> objective_values;      ///< after each epoch
    double train_accuracy = std::nan("");      ///< at the end; NaN for a regression
    double validation_accuracy = std::nan(""); ///< NaN without --validation too
    double test_accuracy = std::nan("");       ///< NaN without --test too
    std::vector<worker_figures> workers;       ///< each one's
};

/// What a run that is not timed has counted (`diagnosis`).
struct counted_losses {
    std::uint64_t adds = 0;
    std::uint64_t lost = 0;
    std::size_t hot_features = 0; ///< the most frequent ones, which make up half of the nonzeros
    /// delays of these: adds to a coordinate between its read and its add
    distribution hot;
    distribution cold;            ///< of all others
    std::uint64_t reads = 0;      ///< one an evaluation; 0 where they could not be watched
    std::uint64_t torn_reads = 0; ///< those of them during which somebody wrote

    double fraction() const { return adds == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(adds); }
    double torn_fraction() const { return reads == 0 ? std::nan("") : static_cast<double>(torn_reads) / static_cast<double>(reads); }
};

/// A step size tried out in a whole run.
struct tried_step {
    double step = 0;
    double objective_value = 0; ///< at the end; infinite if it diverged
};

/// A scheme with a number of workers.
struct contender {
    std::string scheme;
    unsigned workers = 1;
    bool simulated = false;
    double step = 0; ///< 0: not chosen yet
    /// 0 where it has none; nothing where no update is late
    std::optional<double> momentum_of_rule;
    std::vector<tried_step> tuning; ///< empty with --no-tune or --step
    std::optional<counted_losses> losses;
    std::vector<compared_run> runs; ///< one a round

    /// "hogwild, 2 workers".
    std::string name() const { return scheme + ", " + workers_text(workers, simulated); }
};

struct comparison {
    std::string version; ///< of the program that ran it
    json_value settings; ///< what the runs depend on: options by their names
    json_value data;     ///< `rows`, `training_rows`, `features`, `nonzeros`, `hash`
    json_value machine;
    std::string objective;
    std::uint64_t rows = 0; ///< to train on
    std::uint64_t nonzeros = 0;
    std::uint64_t epochs = 0;
    double target = 0;             ///< relative distance to `reference`
    std::optional<double> optimum; ///< --optimum
    unsigned cores = 1;            ///< usable ones
    /// all contenders are: times are of the simulation, and there is no speed to compare
    bool simulated = false;
    std::vector<contender> contenders;

    /// The lowest objective value of any run.
    double best() const;

    /// What gaps are measured against: the optimum if it is known, else `best`.
    double reference() const { return optimum.value_or(best()); }

    std::size_t rounds() const { return contenders.front().runs.size(); }
};

/// The table and the verdict.
std::string comparison_table(const comparison& of);

/// All of it as the text of a JSON file; docs/compare.md has the fields.
std::string comparison_json(const comparison& of);

/// The reverse of `comparison_json`, without what follows from the runs. Throws `data_error`
/// "name: ..." for what is not a comparison, or is one of another version.
comparison comparison_from(const std::string& text, const std::string& name);

/// A heading, and one line for each run.
std::string comparison_csv(const comparison& of);

} // namespace peccary::program
