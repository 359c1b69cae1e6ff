// Runs one scheme over one objective and data set, epoch by epoch.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/step/step_table.hpp"
#include "peccary/train/evaluate.hpp"
#include "peccary/train/planned_run.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/applied_rule.hpp"

#include <cstdint>
#include <span>
#include <utility>

namespace peccary {

template <class Scheme, class Objective, dataset_view Data>
class trainer final : public planned_run {
public:
    /// `rows` are the training examples of `data`; both must outlive the trainer. `settings.step` must be set (see `calibrate`).
    /// Throws `usage_error` for settings that have no meaning, or none for this scheme or executor.
    trainer(Objective objective, Data data, std::span<const row_index> rows, const train_settings& settings, stop_flag& stop)
        : planned_run{facts_of_types(objective, data, settings),
                      rows,
                      settings, // in braces: from left to right
                      applied_rule(rule_for(facts_of_types(objective, data, settings), settings), objective),
                      initial_parameters(objective, settings.seed),
                      stop},
          objective_(std::move(objective)), data_(data), scheme_(model(), workers()) {}

    /// Mean loss and accuracy over other rows, or the training rows themselves. Only between epochs.
    evaluation evaluate_on(const Data& data, std::span<const row_index> rows) {
        return evaluate(objective_, data, rows, model(), runner(), evaluators());
    }
    const Objective& objective() const noexcept { return objective_; }

private:
    static type_facts facts_of_types(const Objective& objective, const Data& data, const train_settings& settings) {
        return {.scheme = Scheme::info,
                .default_batch = default_batch<Scheme, Objective>(planned_workers(Scheme::info, settings)),
                .batched = batch_objective<Objective, Data>,
                .layerwise = is_layerwise(objective),
                .examples = data.size(),
                .nonzeros = data.nonzeros()};
    }

    void begin_epoch_of_objective(std::uint64_t seed, std::uint64_t epoch) override { begin_epoch(objective_, seed, epoch); }
    std::uint64_t run_stretch(std::uint64_t last, const step_table& steps) override {
        auto part = stretch_of(objective_, data_, last, steps);
        return scheme_.run(part);
    }

    Objective objective_;
    Data data_;
    Scheme scheme_;
};

} // namespace peccary
