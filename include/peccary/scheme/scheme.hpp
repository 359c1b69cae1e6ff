// The contract of update schemes: who reads and writes when.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/step/rules.hpp"
#include "peccary/update/stretch.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace peccary {

/// What comes late: what is applied to parameters that others may have changed since it was computed from them.
enum class applied_late {
    nothing, ///< updates are serial: what they read stays as it is until they are applied
    updates, ///< each by a staleness of its own
    merges   ///< updates are applied at once, to a copy of the worker's own
};

/// What a scheme promises and needs. All of it is data for tables, tests and error messages.
struct scheme_info {
    std::string_view name;
    std::string_view summary;
    std::string_view paper;
    std::string_view consistency; ///< of what an update reads: "serial", "inconsistent", "consistent", ...
    std::string_view access;      ///< the access policy it runs over
    bool parallel;                ///< uses more than one worker
    bool deterministic;           ///< the same bits from run to run for the same number of workers
    bool lossless;                ///< no concurrent add is lost
    bool lockstep;                ///< workers wait for each other, so all must run at once
    std::uint64_t batch;          ///< default examples per update
    bool regroups = false;        ///< sums the adds of a batch before it makes them, which rounds differently
    applied_late late = applied_late::nothing;
    bool together = false; ///< all workers make each update together
    bool repeats = false;  ///< makes an update again if another came between, so that attempts can be bounded
};

/// A scheme is constructed once per run from the numbers of parameters and workers, and keeps what it needs between stretches (locks, replicas).
///
///   run(stretch)    applies the updates [stretch.first, stretch.last), each once; returns one past the last update applied, which is
///                   `stretch.last` unless a stop was requested. All updates before the returned one are applied, none after.
template <class Scheme, class Stretch>
concept scheme_over = std::constructible_from<Scheme, const parameters&, unsigned> && requires(Scheme scheme, Stretch& stretch) {
    { Scheme::info } -> std::convertible_to<scheme_info>;
    { scheme.run(stretch) } -> std::same_as<std::uint64_t>;
};

/// Whether workers of a scheme share the state of a rule, where that was left open too. Throws `usage_error` if they shall and cannot, or if a rule
/// asks for anything else that the scheme cannot do.
inline bool shares_state(const scheme_info& scheme, const update_rule& rule) {
    if (rule.compensates() && scheme.late != applied_late::updates) {
        throw usage_error("the scheme '" + std::string(scheme.name) + "' has no delay that could be compensated; leave the compensation '" +
                          std::string(rule.compensation.name) + "' out, or choose a scheme such as 'hogwild'");
    }
    const bool merges = scheme.late == applied_late::merges;
    if (merges && !rule.mergeable()) {
        throw usage_error("the scheme '" + std::string(scheme.name) +
                          "' adds up what workers change in copies of their own, and the state of '" + std::string(rule.info.name) +
                          "', a moving mean, cannot be added up; leave each worker its own (--rule-state worker)");
    }
    return scheme.together || rule.state == rule_state::shared || (rule.state == rule_state::automatic && !(merges && rule.info.forgets));
}

/// By how many updates each one is late by construction. Workers in a fixed order each apply what they read a round before; where whoever is ready
/// applies, it is up to the machine, and no number here. `workers` is at least 1.
constexpr std::uint64_t inherent_delay(const scheme_info& scheme, unsigned workers) noexcept {
    return scheme.lockstep && scheme.late == applied_late::updates ? workers - 1 : 0;
}

/// Throws `usage_error` for a scheme in which damping has nothing to damp.
inline void require_late_updates(const scheme_info& scheme) {
    if (scheme.late != applied_late::updates) {
        const std::string why = scheme.late == applied_late::nothing
                                    ? "what an update reads stays as it is until it is applied"
                                    : "they are applied at once, to a copy of the worker's own, and what is late are merges";
        throw usage_error("the scheme '" + std::string(scheme.name) + "' has no late updates to damp: " + why +
                          "; choose another, such as 'hogwild', or no damping");
    }
}

/// Throws `usage_error` for a scheme that makes each update at its first attempt.
inline void require_repeated_updates(const scheme_info& scheme) {
    if (!scheme.repeats) {
        throw usage_error(
            "the scheme '" + std::string(scheme.name) +
            "' makes no update twice, so that there is no persistence to bound; choose 'leashed', or leave --persistence out");
    }
}

/// Throws `usage_error` for a scheme in which reading and writing layer by layer changes nothing.
inline void require_layers_to_change(const scheme_info& scheme) {
    if (scheme.late != applied_late::updates) {
        throw usage_error(
            "the scheme '" + std::string(scheme.name) +
            "' gains nothing layer by layer: what an update reads stays as it is until it is applied; choose another, such as "
            "'hogwild', or leave --layerwise out");
    }
}

/// Examples an update where the user asks for no number: the scheme's, but of a batch objective at least as many as it is efficient with. The updates
/// of a round, which are all computed before the first of them is seen, are one large batch in effect; so they share one out among them.
template <class Scheme, class Objective>
constexpr std::uint64_t default_batch(unsigned workers) noexcept {
    if constexpr (requires { Objective::default_batch; }) {
        const std::uint64_t share = Objective::default_batch / (inherent_delay(Scheme::info, workers) + 1);
        return std::max({Scheme::info.batch, Objective::least_batch, share});
    } else {
        return Scheme::info.batch;
    }
}

} // namespace peccary
