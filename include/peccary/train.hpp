// Trains a model. Linear models come with it; other objectives have a header each.
#pragma once

// Some headers of C define these as macros.
#pragma push_macro("min")
#pragma push_macro("max")
#undef min
#undef max

#include "peccary/data/split.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/train/calibrate.hpp"
#include "peccary/train/trainer.hpp"
#include "peccary/update/make_problem.hpp"

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

/// Trains a problem with a scheme, calling `observe(report)` after each epoch. All of the data is
/// used.
/// Throws `usage_error` for settings that have no meaning, `data_error` without examples, and
/// `diverged_error`, which names epoch, worker and step size, when loss or parameters stop being
/// finite. A stop requested through `stop` ends the run early and returns what there is.
inline train_result train(const std::shared_ptr<problem>& task, const scheme_entry& which, train_settings settings = {},
                          const std::function<void(const epoch_report&)>& observe = {}, stop_flag* stop = nullptr) {
    stop_flag never;
    const std::vector<row_index> rows = all_rows(task->facts().examples);
    if (!settings.step && !rows.empty()) {
        settings.step = calibrate(*task, which.info, rows, settings).step;
    }
    planned_run run(task, which, rows, settings, stop != nullptr ? *stop : never);
    epoch_report report;
    while (!run.finished()) {
        const epoch_end end = run.run_epoch();
        if (end == epoch_end::complete) {
            report.training = run.evaluate(rows);
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

/// Trains with the scheme `Scheme`: compiles workers for its access policy.
template <scheme_type Scheme, class Objective, dataset_view Data>
train_result train(const Objective& objective, const Data& data, const train_settings& settings = {},
                   const std::function<void(const epoch_report&)>& observe = {}, stop_flag* stop = nullptr) {
    return train(make_problem<ways_of<Scheme>>(objective, data), entry_of<Scheme>(), settings, observe, stop);
}

/// The same with a scheme chosen at run time, "NAME" or "NAME:KNOB=VALUE,..."; `settings.knobs`
/// must then be empty. Compiles a worker for each access policy; throws `usage_error` for an
/// unknown scheme.
template <class Objective, dataset_view Data>
train_result train(std::string_view scheme, const Objective& objective, const Data& data, train_settings settings = {},
                   const std::function<void(const epoch_report&)>& observe = {}, stop_flag* stop = nullptr) {
    const scheme_text text(scheme);
    if (!text.knobs.empty()) {
        settings.knobs = text.knobs;
    }
    return train(make_problem(objective, data), scheme_named(text.name), settings, observe, stop);
}

} // namespace peccary

#pragma pop_macro("max")
#pragma pop_macro("min")
