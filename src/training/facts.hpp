// What a training run has to report, gathered before, during and after it.
#pragma once

#include "report/facts.hpp"
#include "training/inputs.hpp"
#include "training/plan.hpp"
#include "training/run.hpp"

#include <cstdint>

namespace peccary::program {

/// What is known of a run before its first epoch. Its seed is `repeat` after the plan's.
run_facts facts_before(const run_plan& plan, const training_inputs& inputs, const training_run& run, std::uint64_t repeat);

/// Updates of all epochs, those before the run was resumed too.
std::uint64_t updates_done(const training_run& run);

/// Evaluates the model on training, validation and test rows. Only between epochs.
epoch_facts facts_after_epoch(const training_inputs& inputs, const training_run& run);

/// The objective value of a model of zeros. It costs no pass over the features.
double untrained_objective_value(const training_inputs& inputs, const training_run& run);

} // namespace peccary::program
