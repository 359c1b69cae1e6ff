// The passes and the schedule of a run, where the user leaves them open.
#pragma once

#include "training/options.hpp"

#include <cstdint>
#include <string>

namespace peccary::program {

/// Settles `options.epochs` and `options.schedule` for training this objective on so many nonzeros.
///
/// Logistic models whose step is open, too, get `inverse_linear`, from a larger first step, in five sixths of the passes: they end about as near to the
/// optimum. `linear` is what all others get: other losses, for which it is no better, runs of one or two passes, and what was not measured with it, which
/// is l1, batches, simulated workers, damped steps and those that are late by construction (docs/schedules.md).
void settle_plan(train_options& options, const std::string& objective, std::uint64_t nonzeros);

} // namespace peccary::program
