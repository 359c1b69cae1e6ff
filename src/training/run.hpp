// A training run whose scheme, objective and kind of data were chosen at run time: the seam between
// the commands and the typed engine.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/train/calibrate.hpp"
#include "peccary/train/planned_run.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/evaluate.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace peccary::program {

using any_view = std::variant<sparse_view, dense_view>;

/// What a run is made from. The data, the rows and the flag must outlive the run.
struct run_request {
    std::string objective;
    std::string scheme; ///< a name, possibly with knobs: "replicas:period=256"
    any_view data;
    std::span<const row_index> rows; ///< of `data`, to train on
    std::size_t classes = 0;         ///< softmax and mlp only
    bool bias = false;
    /// mlp only: of the hidden layers, the first one first
    std::vector<std::size_t> hidden_units = {};
    std::string activation = "relu"; ///< mlp only
    std::string output = "softmax";  ///< mlp only
    double dropout = 0;              ///< mlp only
    bool layerwise = false;          ///< mlp only
    train_settings settings;         ///< without a step, one is calibrated
    /// done before, for a run that differs in its scheme only; `settings` has no step
    std::optional<calibration> calibrated = std::nullopt;
    double calibration_seconds = 0;
    stop_flag* stop = nullptr;
    /// given: the run counts lost updates and delays of coordinates here (`diagnosed`)
    diagnostic_ledger* ledger = nullptr;
};

/// A trainer without its types, and how it came by its step. Thread-safety: that of `planned_run`;
/// a const run is one whose trainer stays, not one that does not go on.
struct training_run {
    std::unique_ptr<planned_run> trainer;
    /// Mean loss and accuracy over rows of data of the kind that the run was made with. Only
    /// between epochs.
    std::function<evaluation(const any_view&, std::span<const row_index>)> evaluate_on;
    double step = 0; ///< the first one
    /// how the step size was chosen; nothing if it was given
    std::optional<calibration> calibrated = std::nullopt;
    double calibration_seconds = 0; ///< that the choice took
};

/// Throws `usage_error` for unknown names and for settings that have no meaning, `data_error`
/// without examples.
training_run make_run(const run_request& request);

} // namespace peccary::program
