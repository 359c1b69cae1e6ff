#include "training/facts.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace peccary::program {

namespace {

/// For people; nothing where updates are the gradients as they are.
std::string rule_text(const update_rule& rule, bool shares_state) {
    if (rule.plain()) {
        return "";
    }
    std::string text(rule.info.name);
    for (const auto& [name, value] :
         {std::pair{"momentum", rule.knobs.beta1}, std::pair{"beta2", rule.knobs.beta2}, std::pair{"epsilon", rule.knobs.epsilon}}) {
        text += value > 0 ? fmt::format(", {} {:.6g}", name, value) : "";
    }
    if (rule.compensates()) {
        text += fmt::format(", delay compensated ({}, lambda {:.6g})", rule.compensation.name, rule.lambda);
    }
    if (rule.state_count() > 0) {
        text += shares_state ? ", shared state" : ", each worker its own state";
    }
    return text + (rule.clips() ? fmt::format(", norms clipped at {:.6g}", *rule.clip_norm) : "");
}

} // namespace

run_facts facts_before(const run_plan& plan, const training_inputs& inputs, const training_run& run, std::uint64_t repeat) {
    run_facts facts;
    facts.scheme = plan.options.scheme;
    facts.objective = inputs.objective;
    facts.executor = plan.options.executor;
    facts.rule = rule_text(plan.rule, plan.shares_rule_state);
    facts.momentum_of_rule = plan.momentum_of_rule;
    facts.delay = plan.options.delay;
    facts.load_seconds = inputs.load_seconds;
    facts.calibration_seconds = run.calibration_seconds;
    facts.step = run.step;
    facts.damping = plan.options.damping;
    facts.step_calibrated = run.calibrated.has_value();
    facts.seed = plan.options.seed + repeat;
    facts.rows = inputs.training_rows.size();
    facts.features = inputs.features;
    facts.nonzeros = inputs.train.file.nonzeros();
    facts.all_rows = inputs.train.file.size();
    facts.train_seconds_before = run.trainer->position().train_seconds;
    return facts;
}

std::uint64_t updates_done(const training_run& run) {
    return run.trainer->position().epoch * run.trainer->updates_per_epoch() + run.trainer->position().update;
}

epoch_facts facts_after_epoch(const training_inputs& inputs, const training_run& run) {
    epoch_facts facts;
    facts.epoch = run.trainer->position().epoch;
    facts.train_seconds = run.trainer->position().train_seconds;
    facts.updates = updates_done(run);
    facts.training = run.evaluate_on(inputs.train.view(inputs.features), inputs.training_rows);
    facts.objective_value = facts.training.mean_loss + run.trainer->penalty_value();
    if (!inputs.validation_rows.empty()) {
        facts.validation = run.evaluate_on(inputs.train.unweighted_view(inputs.features), inputs.validation_rows);
    }
    if (inputs.test) {
        facts.test = run.evaluate_on(inputs.test->unweighted_view(inputs.features), inputs.test_rows);
    }
    return facts;
}

double untrained_objective_value(const training_inputs& inputs, const training_run& run) {
    storage<std::uint64_t> offsets;
    return run.evaluate_on(inputs.train.featureless_view(offsets), inputs.training_rows).mean_loss;
}

} // namespace peccary::program
