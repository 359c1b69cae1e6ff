#include "training/rule_options.hpp"

#include "peccary/core/topology.hpp"
#include "peccary/scheme/requirements.hpp"
#include "peccary/step/implied_momentum.hpp"
#include "training/lists.hpp"

namespace peccary::program {

namespace {

/// False while the scheme is not chosen.
bool has_late_updates(const std::string& scheme) { return scheme != "auto" && scheme_named(scheme).stale == stale_writes::updates; }

/// Workers whose updates make those of others late; 1 while the scheme is not chosen.
unsigned workers_that_delay(const std::string& scheme, unsigned workers) {
    if (!has_late_updates(scheme)) {
        return 1;
    }
    return workers == 0 ? topology::of_this_process().default_workers() : workers;
}

} // namespace

rule_settings rule_settings_of(const train_options& options, const std::string& scheme, unsigned workers) {
    return {.name = options.rule,
            .momentum =
                options.total_momentum ? explicit_momentum(*options.total_momentum, workers_that_delay(scheme, workers)) : options.momentum,
            .beta2 = options.beta2,
            .epsilon = options.epsilon,
            .state = options.rule_state == "shared"   ? rule_state::shared
                     : options.rule_state == "worker" ? rule_state::worker
                                                      : rule_state::automatic,
            .compensation = options.compensation,
            .lambda = options.compensation_lambda,
            .clip_norm = options.clip_norm};
}

rule_settings rule_settings_of(const train_options& options) { return rule_settings_of(options, options.scheme, options.threads); }

std::optional<double> momentum_of_rule(const train_options& options, const std::string& scheme, unsigned workers) {
    return has_late_updates(scheme) ? std::optional(rule_of(rule_settings_of(options, scheme, workers)).knobs.beta1) : std::nullopt;
}

bool shares_rule_state(const train_options& options, const std::string& scheme) {
    return shares_state(scheme_named(scheme), rule_of(rule_settings_of(options)));
}

} // namespace peccary::program
