// An update rule as a run uses it: what is known of it, its knobs, and a bound on the gradient. The
// arithmetic is in rule/.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peccary {

struct rule_terms;
struct rule_block;
struct compensation_block;

/// The constants of a rule; each says which it has.
struct rule_knobs {
    double beta1 = 0;   ///< how much of the momentum, or of the mean gradient, an update keeps
    double beta2 = 0;   ///< how much of the mean square an update keeps
    double epsilon = 0; ///< added to roots that divide
};

struct rule_info {
    static constexpr std::size_t most_states = 2;

    std::string_view name;
    std::string_view formula; ///< of the direction d, by which an update is w <- w - step * d
    std::string_view paper;
    /// what it remembers of each coordinate, from zero on; as many as are not empty
    std::array<std::string_view, most_states> states;
    rule_knobs knobs; ///< defaults; 0 where there is no such knob
    /// its state is a moving mean or sum, which cannot be merged by adding up what several did to
    /// it
    bool forgets;
    /// where the search for a step begins, for rules whose steps do not depend on the gradient's
    /// size; else 0
    double first_step;

    constexpr std::size_t state_count() const noexcept { return (states[0].empty() ? 0U : 1U) + (states[1].empty() ? 0U : 1U); }
};

struct compensation_info {
    std::string_view name;
    /// of what is added to the gradient g, where the weights are `moved` from where they were read
    std::string_view formula;
    double lambda;  ///< default; 0 where there is none
    bool has_state; ///< it remembers a mean square
};

/// Plain descent: the direction is the gradient.
inline constexpr rule_info sgd_info{
    .name = "sgd", .formula = "d = g", .paper = "Robbins, Monro 1951", .states = {}, .knobs = {}, .forgets = false, .first_step = 0};

/// Whose the state of a rule is.
enum class rule_state { automatic, shared, worker };

/// What a run asks for, as plain values.
struct rule_settings {
    std::string name = "sgd";
    /// beta1; none: the rule's default, as for the next two
    std::optional<double> momentum = std::nullopt;
    std::optional<double> beta2 = std::nullopt;
    std::optional<double> epsilon = std::nullopt;
    /// shared, unless the scheme cannot share it (`shares_state`)
    rule_state state = rule_state::automatic;
    std::string compensation = "none";           ///< of delay: a name of `compensations`
    std::optional<double> lambda = std::nullopt; ///< of the compensation; none: its default
    /// the largest norm that an update's mean gradient may have; none: any
    std::optional<double> clip_norm = std::nullopt;

    friend bool operator==(const rule_settings&, const rule_settings&) = default;
};

/// A rule at run time.
struct update_rule {
    rule_info info = sgd_info;
    rule_knobs knobs = {};
    /// not called where the rule is plain
    void (*transform)(const rule_terms&, rule_block&) = nullptr;
    rule_state state = rule_state::automatic;
    compensation_info compensation = {.name = "none", .formula = "0", .lambda = 0, .has_state = false};
    /// not called where nothing is compensated
    void (*compensate)(real, compensation_block&) = nullptr;
    double lambda = 0;
    std::optional<double> clip_norm = std::nullopt;

    bool compensates() const noexcept { return lambda > 0; }
    /// Arrays that it remembers: those of the rule, and then that of the compensation.
    std::size_t state_count() const noexcept { return info.state_count() + (compensation.has_state ? 1U : 0U); }
    bool clips() const noexcept { return clip_norm.has_value(); }
    /// Whether what several workers did to copies of the state can be added up, if it is to be
    /// shared.
    bool mergeable() const noexcept { return state != rule_state::shared || !info.forgets; }
    /// Whether an update is what the objective itself adds.
    bool plain() const noexcept { return info.name == sgd_info.name && !clips() && !compensates(); }
};

/// The rule of an objective that takes none but plain descent. Throws `usage_error` for any other.
inline update_rule plain_rule(const rule_settings& settings) {
    if (settings != rule_settings()) {
        throw usage_error(
            "update rules other than 'sgd', and bounds on the gradient's norm, are for networks; a linear model is one without "
            "hidden layers (--objective mlp --layers none)");
    }
    return {};
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
