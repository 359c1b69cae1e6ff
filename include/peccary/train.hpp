// Trains a model: the only header that knows all layers.
#pragma once

#include "peccary/data/split.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/mlp.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/train/calibrate.hpp"
#include "peccary/train/trainer.hpp"

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// What `train` reports after each epoch.
struct epoch_report {
    std::uint64_t epoch = 0;    ///< counted from 1
    double train_seconds = 0;   ///< cumulative, evaluation excluded
    double objective_value = 0; ///< mean loss + penalty over the training examples
    evaluation training;
};

struct train_result {
    parameters model;
    double step = 0; ///< first step size, as given or calibrated
    unsigned workers = 1;
    epoch_report last;
    std::vector<worker_statistics> workers_statistics;
};

/// Trains with the scheme `Scheme`, calling `observe(report)` after each epoch. All of `data` is used.
/// Throws `usage_error` for settings that have no meaning, `data_error` without examples, and `diverged_error`, which names epoch, worker and
/// step size, when loss or parameters stop being finite. A stop requested through `stop` ends the run early and returns what there is.
template <class Scheme, class Objective, dataset_view Data>
train_result train(const Objective& objective, const Data& data, train_settings settings = {},
                   const std::function<void(const epoch_report&)>& observe = {}, stop_flag* stop = nullptr) {
    stop_flag never;
    const std::vector<row_index> rows = all_rows(data.size());
    if (!settings.step && !rows.empty()) {
        settings.step = calibrate<Scheme>(objective, data, rows, settings).step;
    }
    trainer<Scheme, Objective, Data> run(objective, data, rows, settings, stop != nullptr ? *stop : never);
    epoch_report report;
    while (!run.finished()) {
        const epoch_end end = run.run_epoch();
        if (end == epoch_end::complete) {
            report.training = run.evaluate_on(data, rows);
            report.objective_value = report.training.mean_loss + run.penalty_value();
        }
        report.epoch = run.position().epoch;
        report.train_seconds = run.position().train_seconds;
        run.require_finite(end, report.objective_value);
        if (end != epoch_end::complete) {
            break; // the caller asked for it; the last report is of the last whole epoch
        }
        if (observe) {
            observe(report);
        }
    }
    return {.model = std::move(run.model()),
            .step = *settings.step,
            .workers = run.workers(),
            .last = report,
            .workers_statistics = run.statistics()};
}

/// The same with a scheme chosen by its name at run time. Compiles all of them; throws `usage_error` for an unknown one.
template <class Objective, dataset_view Data>
train_result train(std::string_view scheme, const Objective& objective, const Data& data, const train_settings& settings = {},
                   const std::function<void(const epoch_report&)>& observe = {}, stop_flag* stop = nullptr) {
    std::optional<train_result> result;
    with_named<schemes>("scheme", scheme,
                        [&](auto tag) { result.emplace(train<typename decltype(tag)::type>(objective, data, settings, observe, stop)); });
    return std::move(*result);
}

} // namespace peccary
