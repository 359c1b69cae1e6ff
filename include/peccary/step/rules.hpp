// The list of update rules, and one of them as a run uses it: chosen by name, with its knobs and a bound on the gradient.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/step/compensations.hpp"
#include "peccary/step/rule/adagrad.hpp"
#include "peccary/step/rule/adam.hpp"
#include "peccary/step/rule/momentum.hpp"
#include "peccary/step/rule/nesterov.hpp"
#include "peccary/step/rule/rmsprop.hpp"
#include "peccary/step/rule/sgd.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace peccary {

using rules = type_list<sgd, momentum, nesterov, adagrad, rmsprop, adam>;

/// Whose the state of a rule is.
enum class rule_state { automatic, shared, worker };

/// What a run asks for, as plain values.
struct rule_settings {
    std::string name = "sgd";
    std::optional<double> momentum = std::nullopt; ///< beta1; none: the rule's default, as for the next two
    std::optional<double> beta2 = std::nullopt;
    std::optional<double> epsilon = std::nullopt;
    rule_state state = rule_state::automatic;       ///< shared, unless the scheme cannot share it (`shares_state`)
    std::string compensation = "none";              ///< of delay: a name of `compensations`
    std::optional<double> lambda = std::nullopt;    ///< of the compensation; none: its default
    std::optional<double> clip_norm = std::nullopt; ///< the largest norm that an update's mean gradient may have; none: any
};

/// A rule at run time.
struct update_rule {
    rule_info info = sgd::info;
    rule_knobs knobs = {};
    void (*transform)(const rule_terms&, rule_block&) = &sgd::transform;
    rule_state state = rule_state::automatic;
    compensation_info compensation = no_compensation::info;
    void (*compensate)(real, compensation_block&) = &no_compensation::compensate;
    double lambda = 0;
    double clip_norm = std::numeric_limits<double>::infinity();

    bool compensates() const noexcept { return lambda > 0; }
    /// Arrays that it remembers: those of the rule, and then that of the compensation.
    std::size_t state_count() const noexcept { return info.state_count() + (compensation.has_state ? 1U : 0U); }
    bool clips() const noexcept { return std::isfinite(clip_norm); }
    /// Whether what several workers did to copies of the state can be added up, if it is to be shared.
    bool mergeable() const noexcept { return state != rule_state::shared || !info.forgets; }
    /// Whether an update is what the objective itself adds.
    bool plain() const noexcept { return info.name == sgd::info.name && !clips() && !compensates(); }
};

/// Throws `usage_error` for an unknown name, a knob that the rule does not have, and a value without meaning.
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
    if (!(std::isfinite(made.lambda) && made.lambda >= 0) || (settings.lambda && made.lambda == 0)) {
        throw usage_error("the lambda of a compensation must be a positive number");
    }
    const auto knob = [&](const char* name, const std::optional<double>& given, double by_default, double most) {
        if (given && by_default == 0) {
            throw usage_error("the update rule '" + settings.name + "' has no " + name + "; leave it out, or choose another rule");
        }
        if (given && !(*given >= 0 && *given < most)) {
            throw usage_error("the " + std::string(name) + " of an update rule must be a number from 0 to below " +
                              (std::isfinite(most) ? "1" : "infinity"));
        }
        return given.value_or(by_default);
    };
    constexpr double unbounded = std::numeric_limits<double>::infinity();
    made.knobs = {.beta1 = knob("momentum", settings.momentum, made.info.knobs.beta1, 1),
                  .beta2 = knob("beta2", settings.beta2, made.info.knobs.beta2, 1),
                  .epsilon = knob("epsilon", settings.epsilon, made.info.knobs.epsilon, unbounded)};
    if (settings.clip_norm) {
        if (!(std::isfinite(*settings.clip_norm) && *settings.clip_norm > 0)) {
            throw usage_error("the norm to clip gradients at must be a positive number");
        }
        made.clip_norm = *settings.clip_norm;
    }
    if (settings.state != rule_state::automatic && made.state_count() == 0) {
        throw usage_error("the update rule '" + settings.name + "' has no state to be shared or not; leave that open");
    }
    return made;
}

/// Throws `usage_error` for a rule that cannot go layer by layer.
inline void require_plain_layer_by_layer(const update_rule& rule) {
    if (!rule.plain()) {
        const std::string what = rule.clips()         ? std::string("a bound on the gradient's norm")
                                 : rule.compensates() ? "the compensation '" + std::string(rule.compensation.name) + "'"
                                                      : "the update rule '" + std::string(rule.info.name) + "'";
        throw usage_error(what + " needs the whole gradient before the first layer is written; leave it out, or --layerwise");
    }
}

} // namespace peccary
