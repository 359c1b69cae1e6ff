// The passes and the schedule of a run, where the user leaves them open.
#pragma once

#include "training/options.hpp"

#include <cstdint>
#include <string>

namespace peccary::program {

/// Settles `options.epochs` and `options.schedule` for training this objective on so many nonzeros.
///
/// Logistic models whose step is open, too, get `inverse_linear`, from a larger first step, in five sixths of the passes: they end at least as near to the
/// optimum. In one or two passes, after steps that are late by construction, and for other losses it is no better, and `linear` is what they get
/// (docs/schedules.md has the measurements).
void settle_plan(train_options& options, const std::string& objective, std::uint64_t nonzeros);

} // namespace peccary::program
