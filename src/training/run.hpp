// A training run whose scheme, objective and kind of data were chosen at run time: the seam between the commands and the typed engine.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/diagnosed.hpp"
#include "peccary/statistics/histogram.hpp"
#include "peccary/statistics/worker_statistics.hpp"
#include "peccary/train/calibrate.hpp"
#include "peccary/train/evaluate.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/train/trainer.hpp"

#include <cstddef>
#include <cstdint>
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
    std::string scheme;
    any_view data;
    std::span<const row_index> rows; ///< of `data`, to train on
    std::size_t classes = 0;         ///< softmax and mlp only
    bool bias = false;
    std::vector<std::size_t> hidden_units = {}; ///< mlp only: of the hidden layers, the first one first
    std::string activation = "relu";            ///< mlp only
    train_settings settings;                    ///< without a step, one is calibrated
    std::optional<calibration> calibrated =
        std::nullopt; ///< done before, for a run that differs in its scheme only; `settings` has no step
    double calibration_seconds = 0;
    stop_flag* stop = nullptr;
    diagnostic_ledger* ledger = nullptr; ///< given: the run counts lost updates and delays of coordinates here (`diagnosed`)
};

/// The members are those of `trainer`, which see. Thread-safety: one thread calls, except `updates_applied` and `staleness_so_far`.
class training_run {
public:
    training_run() = default;
    training_run(const training_run&) = delete;
    training_run& operator=(const training_run&) = delete;
    virtual ~training_run() = default;

    virtual epoch_end run_epoch() = 0;
    virtual void require_finite(epoch_end end, double objective_value) const = 0;
    /// `data` is of the kind that the run was made with.
    virtual evaluation evaluate_on(const any_view& data, std::span<const row_index> rows) = 0;
    virtual double penalty_value() const = 0;
    virtual bool finished() const = 0;
    virtual const run_position& position() const = 0;
    virtual void restore(const run_position& position, std::span<const real> buffer) = 0;
    virtual parameters& model() = 0;
    virtual std::vector<worker_statistics> statistics() const = 0;
    virtual unsigned workers() const = 0;
    virtual std::uint64_t batch() const = 0;
    virtual double l2() const = 0;
    virtual double decay() const = 0;
    virtual std::uint64_t updates_per_epoch() const = 0;
    /// Any thread, also while an epoch runs; see `trainer`.
    virtual std::uint64_t updates_applied() const = 0;
    virtual histogram staleness_so_far() const = 0;

    /// How the step size was chosen; nothing if it was given.
    const std::optional<calibration>& calibrated() const noexcept { return calibrated_; }
    /// Seconds that the choice took.
    double calibration_seconds() const noexcept { return calibration_seconds_; }
    double step() const noexcept { return step_; }

protected:
    std::optional<calibration> calibrated_;
    double calibration_seconds_ = 0;
    double step_ = 0;
};

/// Throws `usage_error` for unknown names and for settings that have no meaning, `data_error` without examples.
std::unique_ptr<training_run> make_run(const run_request& request);

} // namespace peccary::program
