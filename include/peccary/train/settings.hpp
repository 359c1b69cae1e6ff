// What a training run is asked to do.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/step/update_rule.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace peccary {

/// All of it plain values with good defaults. `trainer` checks them and throws `usage_error` for
/// what has no meaning.
struct train_settings {
    std::string executor = "threads";
    unsigned workers = 0; ///< 0: usable physical cores (one for a scheme that is not parallel)
    bool pin = false;
    /// of simulated workers: a name of `delays`; none: `default_delay`
    std::optional<std::string> delay = std::nullopt;

    std::uint64_t epochs = 0;                  ///< 0: `default_epochs`
    std::optional<double> step = std::nullopt; ///< none: calibrated on a sample
    std::string schedule = "linear";
    std::optional<double> decay = std::nullopt; ///< none: the schedule's default
    rule_settings rule = rule_settings();       ///< batch objectives only, but for the default
    /// of late updates: a name of `dampings`, possibly with a knob, as in "tail:0.5"
    std::string damping = "none";
    /// of the scheme, as in "period=256"; empty: its defaults
    std::string knobs = {};
    std::uint64_t batch = 0;                 ///< examples per update; 0: the scheme's default
    std::optional<double> l2 = std::nullopt; ///< none: 1 / examples
    double l1 = 0;
    std::uint64_t seed = 1;
    /// with a damping, which needs it of every update, sampled is exact
    staleness_mode staleness = staleness_mode::sampled;
};

/// Passes to plan over data with so many nonzeros: as many as make some twenty million visits of a
/// nonzero, but 6 to 30. Small data sets need the passes, since their updates are few, and can
/// afford them (docs/schedules.md).
constexpr std::uint64_t default_epochs(std::uint64_t nonzeros) noexcept {
    return std::clamp<std::uint64_t>(20'000'000 / (std::max<std::uint64_t>)(nonzeros, 1), 6, 30);
}

constexpr std::uint64_t planned_epochs(const train_settings& settings, std::uint64_t nonzeros) noexcept {
    return settings.epochs == 0 ? default_epochs(nonzeros) : settings.epochs;
}

/// Workers of a run by this scheme. Throws `usage_error` for more than it has.
inline unsigned planned_workers(const scheme_info& scheme, const train_settings& settings) {
    if (!scheme.parallel) {
        if (settings.workers > 1) {
            throw usage_error("the scheme '" + std::string(scheme.name) + "' has one worker, not " + std::to_string(settings.workers));
        }
        return 1;
    }
    return settings.workers == 0 ? topology::of_this_process().default_workers() : settings.workers;
}

/// Throws `usage_error` for a number that no run can have.
inline void check(const train_settings& settings) {
    const auto require = [](bool holds, const char* message) {
        if (!holds) {
            throw usage_error(message);
        }
    };
    require(!settings.step || (is_finite(*settings.step) && *settings.step > 0), "the step size must be a positive number");
    require(!settings.decay || (is_finite(*settings.decay) && *settings.decay > 0), "the decay must be a positive number");
    require(!settings.l2 || (is_finite(*settings.l2) && *settings.l2 >= 0), "l2 must be zero or a positive number");
    require(is_finite(settings.l1) && settings.l1 >= 0, "l1 must be zero or a positive number");
}

} // namespace peccary
