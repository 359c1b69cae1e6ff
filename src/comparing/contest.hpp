// The runs of a comparison: tuning of the steps, rounds in which everything runs once, and the runs
// that count lost updates.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "report/comparison.hpp"
#include "report/progress.hpp"
#include "training/inputs.hpp"
#include "training/options.hpp"
#include "training/run.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace peccary::program {

/// Thread-safety: none. The inputs, the options, and what the request refers to, must outlive it.
class contest {
public:
    /// `request` is what all contenders have in common; its step, if it has one, is everybody's.
    /// `options` say what their update rules are.
    /// `rounds` are planned.
    contest(const training_inputs& inputs, const train_options& options, run_request request, std::uint64_t rounds, progress& shown)
        : inputs_(&inputs), options_(&options), request_(std::move(request)), rounds_(rounds), shown_(&shown) {}

    /// Chooses the step of a contender: the calibrated one, by factors of two up or down while
    /// whole runs with the contender's own scheme and workers end lower by more than one part in
    /// ten thousand. False if it was interrupted.
    bool tune(contender& each);

    /// All contenders once, in an order drawn for this round. A contender without a step gets the
    /// calibrated one. False, and the round undone, if it was interrupted.
    bool run_round(std::vector<contender>& contenders, std::uint64_t round);

    /// One run that counts lost updates; it is several times slower than others. False if it was
    /// interrupted.
    bool diagnose(contender& each);

private:
    run_request request_of(const contender& each, std::uint64_t round) const;
    watched_run about(const training_run& run, const std::string& what, const contender& each) const;
    bool run_once(contender& each, std::uint64_t round, std::uint64_t runs_after, compared_run& found);

    const training_inputs* inputs_;
    const train_options* options_;
    run_request request_;
    std::uint64_t rounds_;
    progress* shown_;
    std::uint64_t runs_done_ = 0; ///< in rounds
    double runs_seconds_ = 0;     ///< that these took, evaluation included
};

} // namespace peccary::program
