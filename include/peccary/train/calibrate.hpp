// Chooses the first step size by trying a few on a sample of the data, in well under one epoch's
// time.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/scheme/requirements.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/step/update_rule.hpp"
#include "peccary/train/calibration_sample.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/make_problem.hpp"
#include "peccary/update/problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace peccary {

struct calibration {
    double step = 0;            ///< the step size chosen
    std::size_t sample = 0;     ///< examples in the sample
    std::size_t candidates = 0; ///< step sizes tried
    /// objective value on the sample after one pass with the best candidate
    double sample_objective = 0;
};

/// Climbs from the step that curvature and row norms suggest, by factors of two, while the sample's
/// objective improves. `epochs` is how many passes are planned: in one or two a run needs larger
/// steps to get anywhere than in ten (docs/schedules.md). `rule` is what the run will apply; where
/// its steps do not depend on the gradient's size, the search begins at the rule's own. `delay` is
/// by how many updates each is late.
inline calibration calibrate(const problem& task, std::span<const row_index> rows, std::uint64_t batch, double l2, std::uint64_t epochs,
                             std::uint64_t seed, const update_rule& rule = {}, std::uint64_t delay = 0) {
    calibration_sample sample(task, rows, batch, l2, seed, rule, delay);
    const loss_info& facts = task.facts().loss;
    const double norm = sample.mean_squared_norm();
    // momentum sums gradients up
    const double by_curvature = 0.25 / (facts.curvature * (norm > 0 ? norm : 1)) * (1 - rule.knobs.beta1);
    const double first = rule.info.first_step > 0 ? rule.info.first_step : by_curvature;
    calibration best{.step = first, .sample = sample.size(), .candidates = 1, .sample_objective = sample.try_step(first)};
    for (const double factor : {2.0, 0.5}) {
        const std::size_t before = best.candidates;
        const double start = best.step;
        for (int doublings = 0; doublings < 20; ++doublings) {
            const double step = best.step * factor;
            const double value = sample.try_step(step);
            ++best.candidates;
            // where all diverges, go on until something does not
            const bool lost = !is_finite(best.sample_objective) && factor < 1;
            if (!(value < best.sample_objective) && !lost) {
                break;
            }
            best.step = step;
            best.sample_objective = value;
        }
        if (best.step != start && before == 1) {
            break; // larger was better: smaller is not
        }
    }
    constexpr double epochs_of_a_long_run = 4;
    best.step /= facts.sample_excess;
    best.step *= std::clamp(std::sqrt(epochs_of_a_long_run / static_cast<double>((std::max<std::uint64_t>)(1, epochs))), 1.0, 2.0);
    return best;
}

/// The first step of a run of a scheme with such settings. That of the schedule has a part in it
/// where it was measured: for objectives of single examples, without delay and with the schedule's
/// own decay. Throws `usage_error` for more workers than the scheme has, and for an unknown
/// schedule.
inline calibration calibrate(const problem& task, const scheme_info& scheme, std::span<const row_index> rows,
                             const train_settings& settings) {
    const unsigned workers = planned_workers(scheme, settings);
    const std::uint64_t delay = inherent_delay(scheme, workers);
    calibration found = calibrate(task, rows, settings.batch == 0 ? default_batch(scheme, task.facts(), workers) : settings.batch,
                                  settings.l2.value_or(1.0 / static_cast<double>(rows.size())),
                                  planned_epochs(settings, task.facts().nonzeros), settings.seed, task.rule(settings.rule), delay);
    with_named<schedules>("schedule", settings.schedule, [&](auto tag) {
        if (!task.facts().batched && delay == 0 && !settings.decay) {
            found.step *= decltype(tag)::type::info.first_step;
        }
    });
    return found;
}

/// The same for types that are known.
template <class Scheme, class Objective, dataset_view Data>
calibration calibrate(const Objective& objective, const Data& data, std::span<const row_index> rows, const train_settings& settings) {
    return calibrate(*make_problem<type_list<exclusive>>(objective, data), Scheme::info, rows, settings);
}

} // namespace peccary
