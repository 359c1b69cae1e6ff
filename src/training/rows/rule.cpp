// The options that say what becomes of a gradient.
#include "peccary/core/type_list.hpp"
#include "peccary/step/rules.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"
#include "training/rule_options.hpp"

namespace peccary::program {

namespace {

std::string rule_names() { return names_of<rules>(); }
std::string compensation_names() { return names_of<compensations>(); }

rule_knobs knobs_of(const train_options& all) {
    rule_knobs knobs;
    with_named<rules>("update rule", all.rule, [&](auto tag) { knobs = decltype(tag)::type::info.knobs; });
    return knobs;
}

/// Why a knob has no effect whose default is 0, which says that the rule does not have it.
std::string without(double by_default, const train_options& all, const char* what = "none") {
    return by_default != 0 ? std::string() : "the update rule '" + all.rule + "' has " + what + "; choose another --rule, or leave it out";
}

/// The rule with its knobs. Whose its state is has a check of its own.
update_rule rule_without_state(const train_options& all) {
    rule_settings settings = rule_settings_of(all);
    settings.state = rule_state::automatic;
    return rule_of(settings);
}

/// What several options have to agree on.
void check_rule(const train_options& all) {
    const update_rule rule = rule_without_state(all);
    if (all.layerwise) {
        require_plain_layer_by_layer(rule);
    }
    if (!is_network(all.objective) && !rule.plain()) {
        const std::string option = all.clip_norm        ? "clip-norm"
                                   : rule.compensates() ? "compensation " + all.compensation
                                                        : "rule " + all.rule;
        throw usage_error("--" + option + " is for networks; for a linear model, choose --objective mlp --layers none");
    }
    if (all.scheme != "auto") {
        shares_rule_state(all, all.scheme);
    }
}

} // namespace

training_rows rule_rows() {
    static constexpr training_row rows[] = {
        {.name = "rule",
         .value = "NAME",
         .help = "mlp: what makes updates of gradients: {} (default sgd)",
         .member = &train_options::rule,
         .names = rule_names},
        {.name = "momentum",
         .value = "X",
         .help = "How much of their sum or mean momentum, nesterov and adam keep, 0 to below 1 (default 0.9)",
         .member = &train_options::momentum,
         .no_effect = [](const train_options& all) { return without(knobs_of(all).beta1, all); }},
        {.name = "total-momentum",
         .value = "X",
         .help =
             "Instead of --momentum: what it and the momentum that late updates imply, 1 - 1/THREADS, add up to; at least 0 is left for it",
         .member = &train_options::total_momentum,
         .no_effect = [](const train_options& all) { return without(knobs_of(all).beta1, all, "no momentum"); },
         .in_range = [](const train_options& all) { return *all.total_momentum >= 0 && *all.total_momentum < 1; },
         .range = "a number from 0 to below 1",
         .check =
             [](const train_options& all) {
                 if (all.total_momentum && all.given.contains("momentum")) {
                     throw usage_error("--momentum is what --total-momentum decides; give one of them");
                 }
             }},
        {.name = "beta2",
         .value = "X",
         .help = "How much of the mean square rmsprop (default 0.99) and adam (0.999) keep, 0 to below 1",
         .member = &train_options::beta2,
         .no_effect = [](const train_options& all) { return without(knobs_of(all).beta2, all); }},
        {.name = "epsilon",
         .value = "X",
         .help = "Added to the roots by which adagrad (default 1e-10), rmsprop and adam (1e-8) divide",
         .member = &train_options::epsilon,
         .no_effect = [](const train_options& all) { return without(knobs_of(all).epsilon, all); }},
        {.name = "rule-state",
         .value = "WHOSE",
         .help =
             "What the rule remembers is shared, like the model, or each worker has its own: shared (default), worker; replicas: worker, "
             "but for adagrad",
         .member = &train_options::rule_state,
         .choices =
             [] {
                 return std::vector<std::string>{"auto", "shared", "worker"};
             },
         .no_effect =
             [](const train_options& all) {
                 return all.rule_state == "auto" || rule_without_state(all).state_count() > 0 ? std::string() : without(0, all, "no state");
             }},
        {.name = "compensation",
         .value = "NAME",
         .help = "mlp: correct gradients for what others did to the weights since they were read: {} (default none)",
         .member = &train_options::compensation,
         .names = compensation_names},
        {.name = "compensation-lambda",
         .value = "X",
         .help = "How strongly: default 0.04 where it is constant, 2 where adaptive",
         .member = &train_options::compensation_lambda,
         .no_effect =
             [](const train_options& all) {
                 return std::string(all.compensation == no_compensation::info.name
                                        ? "nothing is compensated; choose a --compensation, or leave it out"
                                        : "");
             }},
        {.name = "clip-norm",
         .value = "X",
         .help = "mlp: shorten gradients whose norm is above this to it",
         .member = &train_options::clip_norm,
         .check = check_rule},
    };
    return rows;
}

} // namespace peccary::program
