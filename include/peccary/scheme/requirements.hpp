// Which schemes fit which problems, rules and settings: one place that refuses, with the names of
// both.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/step/update_rule.hpp"
#include "peccary/update/problem.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace peccary {

/// The one filter of schemes by problems. Throws `usage_error` that names both if they do not fit.
inline void require_fit(const scheme_entry& which, const problem_facts& of) {
    if (const std::string_view reason = which.refusal(of); !reason.empty()) {
        throw usage_error("the scheme '" + std::string(which.info.name) + "' cannot train the objective '" + std::string(of.loss.name) +
                          "': " + std::string(reason) + "; choose another scheme or another objective");
    }
}

/// Whether workers of a scheme share the state of a rule, where that was left open too. Throws
/// `usage_error` if they shall and cannot, or if a rule asks for anything else that the scheme
/// cannot do.
inline bool shares_state(const scheme_info& scheme, const update_rule& rule) {
    if (rule.compensates() && scheme.stale != stale_writes::updates) {
        throw usage_error("the scheme '" + std::string(scheme.name) + "' has no delay that could be compensated; leave the compensation '" +
                          std::string(rule.compensation.name) + "' out, or choose a scheme such as 'hogwild'");
    }
    const bool merges = scheme.stale == stale_writes::merges;
    if (merges && !rule.mergeable()) {
        throw usage_error("the scheme '" + std::string(scheme.name) +
                          "' adds up what workers change in copies of their own, and the state of '" + std::string(rule.info.name) +
                          "', a moving mean, cannot be added up; leave each worker its own (--rule-state worker)");
    }
    return scheme.collective || rule.state == rule_state::shared || (rule.state == rule_state::automatic && !(merges && rule.info.forgets));
}

/// By how many updates each one is stale by construction. Workers in a fixed order each apply what
/// they read a round before; elsewhere it is up to the machine, and no number here. `workers` is at
/// least 1.
constexpr std::uint64_t inherent_delay(const scheme_info& scheme, unsigned workers) noexcept {
    return scheme.lockstep && scheme.stale == stale_writes::updates ? workers - 1 : 0;
}

/// Throws `usage_error` for a scheme in which damping has nothing to damp.
inline void require_stale_updates(const scheme_info& scheme) {
    if (scheme.stale != stale_writes::updates) {
        const std::string why = scheme.stale == stale_writes::none
                                    ? "what an update reads stays as it is until it is applied"
                                    : "they are applied at once, to a copy of the worker's own, and what is late are merges";
        throw usage_error("the scheme '" + std::string(scheme.name) + "' has no late updates to damp: " + why +
                          "; choose another, such as 'hogwild', or no damping");
    }
}

/// Throws `usage_error` for a scheme in which reading and writing layer by layer changes nothing.
inline void require_layers_to_change(const scheme_info& scheme) {
    if (scheme.stale != stale_writes::updates) {
        throw usage_error(
            "the scheme '" + std::string(scheme.name) +
            "' gains nothing layer by layer: what an update reads stays as it is until it is applied; choose another, such as "
            "'hogwild', or leave --layerwise out");
    }
}

/// Examples an update where the user asks for no number: the scheme's, but of a batch objective at
/// least as many as it is efficient with. The updates of a round, which are all computed before the
/// first of them is seen, are one large batch in effect; so they share one out among them.
constexpr std::uint64_t default_batch(const scheme_info& scheme, const problem_facts& of, unsigned workers) noexcept {
    if (of.default_batch == 0) {
        return scheme.batch;
    }
    const std::uint64_t share = of.default_batch / (inherent_delay(scheme, workers) + 1);
    return (std::max)({scheme.batch, of.least_batch, share});
}

} // namespace peccary
