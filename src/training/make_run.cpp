// Where the names of an objective and a scheme become a run.
#include "peccary/core/stopwatch.hpp"
#include "training/lists.hpp"
#include "training/objectives.hpp"
#include "training/problems/problems.hpp"
#include "training/run.hpp"

#include <memory>
#include <utility>

namespace peccary::program {

namespace {

std::shared_ptr<problem> make_problem_of(const run_request& request, const any_view& data) {
    if (request.objective == mlp::info.name) {
        return make_network_problem(request, data);
    }
    if (request.objective == softmax::info.name) {
        return make_softmax_problem(request, data);
    }
    return make_linear_problem(request, data);
}

} // namespace

training_run make_run(const run_request& request) {
    const scheme_entry which = scheme_entry_named(request.scheme);
    train_settings settings = request.settings;
    settings.knobs = scheme_text(request.scheme).knobs;
    check(settings);
    std::shared_ptr<problem> task = make_problem_of(request, request.data);
    training_run made;
    made.calibrated = request.calibrated;
    made.calibration_seconds = request.calibration_seconds;
    if (!made.calibrated && !settings.step && !request.rows.empty()) {
        const stopwatch watch;
        // nothing of that is diagnosed
        made.calibrated = calibrate(*task, which.info, request.rows, settings);
        made.calibration_seconds = watch.seconds();
    }
    if (made.calibrated) {
        settings.step = made.calibrated->step;
    }
    made.step = settings.step.value_or(0);
    if (request.ledger != nullptr) {
        task = std::make_shared<diagnosed_problem>(std::move(task), *request.ledger);
    }
    made.trainer = std::make_unique<planned_run>(std::move(task), which, request.rows, settings, *request.stop);
    made.evaluate_on = [described = request, &trainer = *made.trainer](const any_view& data, std::span<const row_index> rows) {
        return trainer.evaluate_on(*make_problem_of(described, data), rows);
    };
    return made;
}

} // namespace peccary::program
