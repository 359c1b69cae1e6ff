// From the parameters of a run to a model file.
#pragma once

#include "training/inputs.hpp"
#include "training/options.hpp"
#include "training/run.hpp"

namespace peccary::program {

/// Throws `usage_error` if the model of these inputs cannot be saved in the format that the options
/// name; to be called before training.
void check_model_format(const train_options& options, const training_inputs& inputs);

/// Replaces `options.model`. Throws `io_error`. The file depends on nothing but the options and the
/// parameters, so that a deterministic run writes the same bytes again.
void save_model(const train_options& options, const training_inputs& inputs, const training_run& run);

} // namespace peccary::program
