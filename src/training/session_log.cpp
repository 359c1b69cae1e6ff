#include "training/session_log.hpp"

#include "peccary/core/version.hpp"
#include "report/machine.hpp"
#include "training/options_json.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

json positive_or_null(double value) { return value > 0 ? json(value) : json(nullptr); }

/// The options, and what they left open as it was settled.
json settings_record(const run_plan& plan, const training_inputs& inputs, const training_run& run, std::uint64_t repeat) {
    json settings = logged_options(plan.options);
    const char* const whose = plan.shares_rule_state ? "shared" : "worker";
    settings.update(json{{"objective", inputs.objective},
                         {"momentum", positive_or_null(plan.rule.knobs.beta1)},
                         {"beta2", positive_or_null(plan.rule.knobs.beta2)},
                         {"epsilon", positive_or_null(plan.rule.knobs.epsilon)},
                         {"compensation-lambda", positive_or_null(plan.rule.lambda)},
                         {"rule-state", plan.rule.state_count() > 0 ? json(whose) : json(nullptr)},
                         {"output", inputs.output},
                         {"step", run.step},
                         {"l2", run.trainer->l2()},
                         {"decay", run.trainer->decay()},
                         {"batch", run.trainer->batch()},
                         {"threads", run.trainer->workers()},
                         {"simulated", simulates(plan.options.executor)},
                         {"seed", plan.options.seed + repeat}});
    return settings;
}

json choice_record(const std::optional<scheme_choice>& choice) {
    if (!choice) {
        return nullptr;
    }
    json record{{"reason", choice->reason}, {"seconds", choice->seconds}, {"trials", json::array()}};
    for (const scheme_trial& trial : choice->trials) {
        record["trials"].push_back(
            {{"scheme", trial.scheme}, {"threads", trial.workers}, {"nonzeros_per_second", trial.nonzeros_per_second}});
    }
    return record;
}

json calibration_record(const training_run& run) {
    if (!run.calibrated) {
        return nullptr;
    }
    return {{"step", run.calibrated->step},
            {"sample", run.calibrated->sample},
            {"candidates", run.calibrated->candidates},
            {"sample_objective", run.calibrated->sample_objective},
            {"seconds", run.calibration_seconds}};
}

json data_record(const training_inputs& inputs) {
    return {{"rows", inputs.train.file.size()},
            {"training_rows", inputs.training_rows.size()},
            {"validation_rows", inputs.validation_rows.size()},
            {"test_rows", inputs.test_rows.size()},
            {"features", inputs.features},
            {"nonzeros", inputs.train.file.nonzeros()},
            {"labels", inputs.labels->classes()}};
}

json numbered(json record, bool several, std::uint64_t repeat) {
    if (several) {
        record["repeat"] = repeat + 1;
    }
    return record;
}

} // namespace

void session_log::run_begins(const run_plan& plan, const training_inputs& inputs, const training_run& run, std::uint64_t repeat) {
    const run_position& at = run.trainer->position();
    json record{{"record", "run"},
                {"version", version_string},
                {"settings", settings_record(plan, inputs, run, repeat)},
                {"scheme_choice", choice_record(plan.choice)},
                {"calibration", calibration_record(run)},
                {"data", data_record(inputs)},
                {"resumed_at", {{"epoch", at.epoch}, {"update", at.update}}},
                {"machine", describe_machine()}};
    file_.write(numbered(std::move(record), several_, repeat));
}

void session_log::epoch_ends(const epoch_facts& facts, std::uint64_t repeat) {
    file_.write(numbered(epoch_record(facts), several_, repeat));
}

void session_log::run_ends(const run_facts& facts, std::uint64_t repeat) { file_.write(numbered(summary_record(facts), several_, repeat)); }

} // namespace peccary::program
