// The runs of a comparison: tuning of the steps, rounds in which everything runs once, and the runs that count lost updates.
#pragma once

#include "report/comparison.hpp"
#include "training/inputs.hpp"
#include "training/run.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace peccary::program {

/// Thread-safety: none. The inputs, and what the request refers to, must outlive it.
class contest {
public:
    /// `request` is what all contenders have in common; its step, if it has one, is everybody's.
    contest(const training_inputs& inputs, run_request request) : inputs_(&inputs), request_(std::move(request)) {}

    /// Chooses the step of a contender: the calibrated one, by factors of two up or down while whole runs with the contender's own scheme and
    /// workers end lower by more than one part in ten thousand. False if it was interrupted.
    bool tune(contender& each) const;

    /// All contenders once, in an order drawn for this round. A contender without a step gets the calibrated one. False, and the round undone,
    /// if it was interrupted.
    bool run_round(std::vector<contender>& contenders, std::uint64_t round) const;

    /// One run that counts lost updates; it is several times slower than others. False if it was interrupted.
    bool diagnose(contender& each) const;

private:
    run_request request_of(const contender& each, std::uint64_t round) const;
    bool run_once(contender& each, std::uint64_t round, compared_run& found) const;

    const training_inputs* inputs_;
    run_request request_;
};

} // namespace peccary::program
