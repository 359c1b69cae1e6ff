// The list of update rules, and the place where a name becomes a rule.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/step/compensations.hpp"
#include "peccary/step/rule/adagrad.hpp"
#include "peccary/step/rule/adam.hpp"
#include "peccary/step/rule/momentum.hpp"
#include "peccary/step/rule/nesterov.hpp"
#include "peccary/step/rule/rmsprop.hpp"
#include "peccary/step/rule/sgd.hpp"
#include "peccary/step/update_rule.hpp"

#include <optional>
#include <string>

namespace peccary {

using rules = type_list<sgd, momentum, nesterov, adagrad, rmsprop, adam>;

/// Throws `usage_error` for an unknown name, a knob that the rule does not have, and a value
/// without meaning.
inline update_rule rule_of(const rule_settings& settings) {
    update_rule made;
    with_named<rules>("update rule", settings.name, [&](auto tag) {
        using named = typename decltype(tag)::type;
        made.info = named::info;
        made.transform = &named::transform;
        made.state = settings.state;
    });
    with_named<compensations>("compensation", settings.compensation, [&](auto tag) {
        using named = typename decltype(tag)::type;
        made.compensation = named::info;
        made.compensate = &named::compensate;
    });
    if (settings.lambda && made.compensation.lambda == 0) {
        throw usage_error("the compensation '" + settings.compensation + "' has no lambda; leave it out, or choose another compensation");
    }
    made.lambda = settings.lambda.value_or(made.compensation.lambda);
    if (!(is_finite(made.lambda) && made.lambda >= 0) || (settings.lambda && made.lambda == 0)) {
        throw usage_error("the lambda of a compensation must be a positive number");
    }
    const auto knob = [&](const char* name, const std::optional<double>& given, double by_default, double most) {
        if (given && by_default == 0) {
            throw usage_error("the update rule '" + settings.name + "' has no " + name + "; leave it out, or choose another rule");
        }
        if (given && !(*given >= 0 && *given < most)) {
            throw usage_error("the " + std::string(name) + " of an update rule must be a number from 0 to below " +
                              (is_finite(most) ? "1" : "infinity"));
        }
        return given.value_or(by_default);
    };
    constexpr double unbounded = double_infinity;
    made.knobs = {.beta1 = knob("momentum", settings.momentum, made.info.knobs.beta1, 1),
                  .beta2 = knob("beta2", settings.beta2, made.info.knobs.beta2, 1),
                  .epsilon = knob("epsilon", settings.epsilon, made.info.knobs.epsilon, unbounded)};
    if (settings.clip_norm) {
        if (!(is_finite(*settings.clip_norm) && *settings.clip_norm > 0)) {
            throw usage_error("the norm to clip gradients at must be a positive number");
        }
        made.clip_norm = *settings.clip_norm;
    }
    if (settings.state != rule_state::automatic && made.state_count() == 0) {
        throw usage_error("the update rule '" + settings.name + "' has no state to be shared or not; leave that open");
    }
    return made;
}

} // namespace peccary
