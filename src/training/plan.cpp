#include "training/plan.hpp"

#include "peccary/core/number_text.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/execution/virtual/virtual_time.hpp"
#include "peccary/objective/loss/logistic.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/train/settings.hpp"
#include "training/lists.hpp"
#include "training/rule_options.hpp"

#include <utility>

namespace peccary::program {

namespace {

constexpr std::uint64_t fewest_passes_to_begin_larger = 3;

/// Whether each update is of one example, and late by chance at most. The scheme `auto` chooses
/// among such schemes.
bool updates_by_example(const train_options& options) {
    bool by_example = options.batch <= 1;
    if (options.scheme != "auto") {
        const scheme_info info = scheme_named(options.scheme);
        by_example = by_example && info.batch == 1 && inherent_delay(info, 2) == 0;
    }
    return by_example && !simulates(options.executor) && !damps(options);
}

void settle_epochs_and_schedule(train_options& options, const std::string& objective, std::uint64_t nonzeros) {
    const bool open = options.epochs == 0;
    const std::uint64_t by_size = default_epochs(nonzeros);
    if (options.schedule == "auto") {
        const bool larger_first_step = objective == logistic::info.name && options.l1 == 0 && options.step == "auto" &&
                                       updates_by_example(options) && (open || options.epochs >= fewest_passes_to_begin_larger);
        options.schedule = larger_first_step ? inverse_linear::info.name : linear_decay::info.name;
        if (open && larger_first_step) {
            options.epochs = (5 * by_size + 5) / 6;
            return;
        }
    }
    if (open) {
        options.epochs = by_size;
    }
}

/// Workers of the scheme that the request names; one per usable core where that is open.
unsigned workers_of(const run_request& request) {
    if (request.settings.workers != 0) {
        return request.settings.workers;
    }
    return scheme_named(request.scheme).parallel ? topology::of_this_process().default_workers() : 1;
}

/// Settles the scheme, and with it the number of workers.
void choose_scheme_of(run_plan& plan) {
    plan.choice = choose_scheme(plan.request);
    plan.request.scheme = plan.choice->scheme;
    plan.request.settings.workers = plan.choice->workers;
    plan.options.scheme = plan.choice->scheme;
    if (plan.options.threads != 0) {
        plan.options.threads = plan.choice->workers;
    }
}

} // namespace

void settle(train_options& options, const training_inputs& inputs) {
    if (simulates(options.executor) && !options.delay) {
        options.delay = default_delay;
    }
    if (damps(options)) {
        options.staleness = "exact"; // as the trainer does
    }
    settle_epochs_and_schedule(options, inputs.objective, inputs.train.file.nonzeros());
}

run_request request_of(const train_options& options, const training_inputs& inputs) {
    return {.objective = inputs.objective,
            .scheme = options.scheme,
            .data = inputs.train.view(inputs.features),
            .rows = inputs.training_rows,
            .classes = inputs.labels->classes().size(),
            .bias = options.bias,
            .hidden_units = layer_units(options.layers),
            .activation = options.activation,
            .output = inputs.output,
            .dropout = options.dropout,
            .layerwise = options.layerwise,
            .settings = {.executor = options.executor,
                         .workers = options.threads,
                         .pin = options.pin,
                         .delay = options.delay,
                         .epochs = options.epochs,
                         .step = options.step == "auto" ? std::nullopt : parse_number<double>(options.step),
                         .schedule = options.schedule,
                         .decay = options.decay,
                         .rule = rule_settings_of(options),
                         .damping = options.damping,
                         .batch = options.batch,
                         .l2 = options.l2,
                         .l1 = options.l1,
                         .seed = options.seed,
                         .staleness = options.staleness == "off"     ? staleness_mode::off
                                      : options.staleness == "exact" ? staleness_mode::exact
                                                                     : staleness_mode::sampled}};
}

run_plan resolve(train_options options, const training_inputs& inputs, const saved_run* saved) {
    settle(options, inputs);
    run_plan plan;
    plan.options = std::move(options);
    plan.request = request_of(plan.options, inputs);
    train_settings& settings = plan.request.settings;
    if (saved != nullptr) {
        settings.step = saved->step;
        // a position is a number of updates, which are as large as before
        settings.batch = saved->batch;
        settings.workers = settings.workers != 0 ? settings.workers : saved->workers;
    }
    if (settings.workers == 0 && !executor_named(plan.options.executor).several) {
        settings.workers = 1;
    }
    if (plan.options.scheme == "auto") {
        choose_scheme_of(plan);
    }
    settings.workers = workers_of(plan.request);
    settings.rule = rule_settings_of(plan.options, plan.options.scheme, settings.workers);
    // with it, the trials had more momentum than is left now
    if (plan.choice && !settings.step && !plan.options.total_momentum) {
        plan.request.calibrated = plan.choice->calibrated;
        plan.request.calibration_seconds = plan.choice->calibration_seconds;
    }
    plan.rule = rule_of(settings.rule);
    plan.shares_rule_state = plan.rule.state_count() > 0 && shares_state(scheme_named(plan.options.scheme), plan.rule);
    plan.momentum_of_rule = momentum_of_rule(plan.options, plan.options.scheme, settings.workers);
    return plan;
}

} // namespace peccary::program
