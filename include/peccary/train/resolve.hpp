// What the settings of a run come to for its problem, scheme and executor, and which mean nothing
// there.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/execution/virtual/virtual_time.hpp"
#include "peccary/scheme/requirements.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/step/dampings.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/problem.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

namespace peccary {

/// The rule that the settings ask for. Throws `usage_error` if the problem or the scheme cannot
/// have it.
inline update_rule rule_for(const problem& task, const scheme_info& scheme, const train_settings& settings) {
    const update_rule rule = task.rule(settings.rule);
    if (task.facts().layerwise) {
        require_layers_to_change(scheme);
        require_plain_layer_by_layer(rule);
    }
    return rule;
}

/// Throws `usage_error` where there is nothing to damp, or nothing to do it by.
inline damping_rule damping_for(const scheme_info& scheme, const train_settings& settings) {
    const damping_rule rule = damping_named(settings.damping);
    if (rule.damps) {
        require_stale_updates(scheme);
        if (settings.staleness == staleness_mode::off) {
            throw usage_error("the damping '" + settings.damping +
                              "' needs the staleness of every update; do not switch its measuring off");
        }
    }
    return rule;
}

/// How staleness is measured, of updates of so much work in visits of a nonzero.
///
/// Considerations. Reading the others' clocks moves their cache lines, some 100 ns; done every
/// 8,192 visits of a nonzero, some 8 microseconds, it stays below 3 %.
inline staleness_sampling sampling_for(const train_settings& settings, double work_of_update) {
    constexpr double work_between_samples = 8192;
    // by the staleness of each update
    const bool damped = damping_named(settings.damping).damps;
    return {.mode = damped ? staleness_mode::exact : settings.staleness,
            .period = (std::max<std::uint64_t>)(1, static_cast<std::uint64_t>(work_between_samples / work_of_update))};
}

/// The order of simulated workers' turns; none for real workers. Throws `usage_error` for a delay
/// of real ones.
inline std::unique_ptr<turn_order> turns_for(const train_settings& settings, const executor& runner, unsigned workers) {
    if (!runner.about().simulated) {
        if (settings.delay) {
            throw usage_error("a delay is for simulated workers, and the executor '" + std::string(runner.about().name) +
                              "' has real ones; choose 'virtual'");
        }
        return nullptr;
    }
    return make_turn_order(settings.delay.value_or(std::string(default_delay)), workers, settings.seed);
}

/// Throws `usage_error` if workers wait for each other that might not run at the same time.
inline void require_workers_together(const scheme_info& scheme, unsigned workers, const executor_info& executor) {
    if (scheme.lockstep && workers > 1 && !executor.concurrent) {
        throw usage_error("the scheme '" + std::string(scheme.name) + "' needs workers that run at the same time, which the executor '" +
                          std::string(executor.name) + "' does not promise; choose 'threads'");
    }
}

/// A schedule chosen at run time.
struct chosen_schedule {
    double (*at)(const progress&) = nullptr;
    double decay = 0; ///< its parameter, if it has one
};

/// Throws `usage_error` for an unknown name.
inline chosen_schedule schedule_for(const train_settings& settings) {
    chosen_schedule chosen;
    with_named<schedules>("schedule", settings.schedule, [&](auto tag) {
        using named = typename decltype(tag)::type;
        chosen = {.at = &named::at, .decay = settings.decay.value_or(named::info.decay)};
    });
    return chosen;
}

} // namespace peccary
