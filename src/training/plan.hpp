// What options and data leave open is settled here, in one place.
#pragma once

#include "peccary/step/rules.hpp"
#include "training/checkpointing.hpp"
#include "training/choose_scheme.hpp"
#include "training/inputs.hpp"
#include "training/options.hpp"
#include "training/run.hpp"

#include <optional>

namespace peccary::program {

/// Settles what follows from options and data alone: epochs, schedule, delay, and how staleness is
/// measured.
///
/// Logistic models whose step is open, too, get the schedule `inverse_linear`, from a larger first
/// step, in five sixths of the passes: they end about as near to the optimum. All others get
/// `linear`. For other losses the former is no better. With l1, batches, simulated workers, damped
/// steps and updates that are late by construction it was not measured, nor in one or two passes
/// (docs/schedules.md).
void settle(train_options& options, const training_inputs& inputs);

/// What runs with these options have in common, once they are settled. The inputs must outlive it.
/// Scheme, workers and rule are those that the options name.
run_request request_of(const train_options& options, const training_inputs& inputs);

/// All that decides what a run computes, with nothing left open but the step size: where that is
/// "auto", the first run calibrates it.
struct run_plan {
    train_options options; ///< settled: what logs and checkpoints hold
    run_request request;
    std::optional<scheme_choice> choice; ///< with --scheme auto
    update_rule rule;
    bool shares_rule_state = false; ///< false where the rule has none
    /// 0 where it has none; nothing where no update is late
    std::optional<double> momentum_of_rule;
};

/// Tries schemes if the options leave that open. A run that goes on from `saved` has the step, the
/// batch and the workers that it had. Throws `usage_error`.
run_plan resolve(train_options options, const training_inputs& inputs, const saved_run* saved);

} // namespace peccary::program
