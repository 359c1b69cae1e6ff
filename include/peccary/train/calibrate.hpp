// Chooses the first step size by trying a few on a sample of the data, in well under one epoch's time.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/step/rules.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/step/step_table.hpp"
#include "peccary/train/evaluate.hpp"
#include "peccary/train/regulariser.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/applied_rule.hpp"
#include "peccary/update/rule_update.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace peccary {

struct calibration {
    double step = 0;             ///< the step size chosen
    std::size_t sample = 0;      ///< examples in the sample
    std::size_t candidates = 0;  ///< step sizes tried
    double sample_objective = 0; ///< objective value on the sample after one pass with the best candidate
};

/// One pass of descent over a sample, from the initial parameters, falling linearly to zero, for each of a few step sizes that differ by factors of two.
/// It is serial but for the delay that the run's scheme has by construction (`inherent_delay`): an update's gradient is then computed that many
/// updates before it is applied, as many being under way at any time.
/// Considerations. Bottou's svmsgd does the same with a constant step. A pass whose step falls to zero resembles a whole run under the default
/// schedule more closely: it rewards steps that are large at first. What is best on so few updates is too large for a whole run, by a
/// factor that was measured (docs/schedules.md): 8 for logistic, hinge and softmax, and 4 for those that are quadratic near the
/// optimum, within a factor of two on all sets tried.
template <class Objective, dataset_view Data>
class calibrator {
public:
    calibrator(const Objective& objective, const Data& data, std::span<const row_index> rows, std::uint64_t batch, double l2,
               std::uint64_t seed, const update_rule& rule = {}, std::uint64_t delay = 0)
        : objective_(objective), data_(data), batch_(std::min<std::uint64_t>(batch, rows.size())), l2_(l2), rule_(rule, objective_),
          model_(with_shared_state(initial_parameters(objective, seed), rule_)) {
        if (is_layerwise(objective)) {
            require_plain_layer_by_layer(rule);
        }
        if constexpr (batched) {
            initial_ = model_;
        }
        const std::size_t size = std::min(rows.size(), std::clamp<std::size_t>(rows.size() / 32, 512, 4096));
        random_stream random(seed, sample_stream, 0);
        // One row drawn from each of `size` equal parts of the file, in random order: files are often sorted by label.
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t from = rows.size() * i / size;
            const std::size_t to = rows.size() * (i + 1) / size;
            sample_.push_back(rows[from + random.below(static_cast<std::uint32_t>(to - from))]);
        }
        shuffle(std::span(sample_), random);
        updates_ = (sample_.size() + batch_ - 1) / batch_;
        delay_ = std::min(delay, updates_ - 1); // more would be the same: the first is applied when all are computed
        std::vector<bool> seen(data_.features());
        for (const row_index id : sample_) {
            const auto row = data_.row(id);
            for (std::size_t k = 0; k < row.size(); ++k) {
                if (!seen[row.index(k)]) {
                    seen[row.index(k)] = true;
                    support_.push_back(row.index(k));
                }
            }
        }
    }

    /// Objective value on the sample after one pass with first step `step`; infinite if that diverges.
    double try_step(double step) {
        exclusive access;
        const auto step_of = [&](std::uint64_t update) {
            return step * (1.0 - static_cast<double>(update) / static_cast<double>(updates_));
        };
        std::vector<update_scratch> under_way;
        for (std::uint64_t place = 0; place <= delay_; ++place) {
            under_way.push_back(make_scratch());
        }
        const auto scratch_of = [&](std::uint64_t update) -> update_scratch& { return under_way[update % under_way.size()]; };
        for (std::uint64_t first = 0; first < updates_;) {
            // As in training, the scale is folded in before it leaves the range of floats, which a strong l2 takes a few updates for, and nothing
            // is under way meanwhile.
            const std::uint64_t last = std::min(updates_, first + regulariser{.l2 = l2_}.stretch_length(step_of(first), 0, 0, updates_));
            const step_table steps(first, last, l2_, step_of);
            const auto view_at = [&](const step_cursor& at) { return shared_view(model_.base(), access, at.scale()); };
            for (std::uint64_t turn = first; turn < last + delay_; ++turn) {
                if (turn < last) {
                    differentiate(rows_of(turn), view_at(steps.at(turn)), scratch_of(turn));
                }
                if (turn >= first + delay_) {
                    const std::uint64_t update = turn - delay_;
                    const step_cursor at = steps.at(update);
                    apply(update, view_at(at), at.step(), scratch_of(update));
                }
            }
            const auto scale = static_cast<real>(steps.final_scale());
            for_each_touched_weight([scale](real& weight) { weight *= scale; });
            first = last;
        }
        const shared_view view(model_.base(), access);
        scorer<Objective, Data> scores(objective_, data_, sample_.size());
        double loss = 0;
        scores.visit(sample_, view, [&](const auto& row, std::span<const real> of_row) { loss += objective_.loss_of(of_row, row); });
        const double value = loss / static_cast<double>(sample_.size()) + 0.5 * l2_ * take_squares();
        return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
    }

    /// Mean squared norm of the sample's rows, a bias counted as a feature of value 1.
    double mean_squared_norm() const {
        double sum = 0;
        for (const row_index id : sample_) {
            const auto row = data_.row(id);
            for (std::size_t k = 0; k < row.size(); ++k) {
                sum += static_cast<double>(row.value(k)) * row.value(k);
            }
        }
        return sum / static_cast<double>(sample_.size()) + (objective_.layout().spans().size() > 1 ? 1 : 0);
    }

    std::size_t sample_size() const noexcept { return sample_.size(); }

private:
    static constexpr bool batched = batch_objective<Objective, Data>;

    using gradients = std::conditional_t<batched, typename Objective::gradient, std::vector<typename Objective::gradient>>;

    gradients make_gradients() const {
        if constexpr (batched) {
            return objective_.make_gradient(data_, batch_);
        } else {
            return gradients(batch_, objective_.make_gradient());
        }
    }

    /// What an update has from its read to its apply.
    struct update_scratch {
        gradients computed;
        std::vector<rule_update> transformed; ///< one, or none where the objective's own adds are the update
    };

    update_scratch make_scratch() const {
        update_scratch made{.computed = make_gradients(), .transformed = {}};
        if (!rule_.rule.plain()) {
            made.transformed.emplace_back(rule_, 0);
        }
        return made;
    }

    std::span<const row_index> rows_of(std::uint64_t update) const noexcept {
        return std::span(sample_).subspan(update * batch_, std::min<std::size_t>(batch_, sample_.size() - update * batch_));
    }

    template <class View>
    void differentiate(std::span<const row_index> rows, const View& view, update_scratch& of) const {
        if constexpr (batched) {
            const auto evaluate = [&](const auto& read) { objective_.differentiate(data_, rows, read, of.computed); };
            if (of.transformed.empty()) {
                evaluate(view);
            } else {
                of.transformed.front().record(view, evaluate);
            }
        } else {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                objective_.differentiate(data_.row(rows[i]), view, of.computed[i]);
            }
        }
    }

    template <class View>
    void apply(std::uint64_t update, const View& view, real step, update_scratch& of) const {
        const auto rows = rows_of(update);
        const real share_of_row = step / static_cast<real>(rows.size());
        if constexpr (batched) {
            if (of.transformed.empty()) {
                objective_.apply(data_, rows, of.computed, view, share_of_row);
            } else {
                of.transformed.front().run(view, rows.size(), step, update + 1, [&](const auto& captured, real mean) {
                    objective_.apply(data_, rows, of.computed, captured, mean);
                });
            }
        } else {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                objective_.apply(data_.row(rows[i]), of.computed[i], view, share_of_row);
            }
        }
    }

    /// Calls `visit(weight)` for the weights of the sample's features, each once: the model may be much larger than what the sample touches.
    /// A batch objective's is taken as a whole.
    template <class Visitor>
    void for_each_touched_weight(Visitor visit) {
        if constexpr (batched) {
            for (const parameter_span& span : model_.layout().spans()) {
                if (span.regularised) {
                    std::ranges::for_each(model_.exclusive(span), visit);
                }
            }
            return;
        }
        const std::size_t outputs = objective_.outputs();
        for (const parameter_span& span : model_.layout().spans()) {
            if (span.regularised) {
                for (const feature_index feature : support_) {
                    for (real& weight : model_.exclusive(span).subspan(feature * outputs, outputs)) {
                        visit(weight);
                    }
                }
            }
        }
    }

    /// Squared norm of the weights; sets the model back to where it began.
    double take_squares() {
        double squares = 0;
        for_each_touched_weight([&](real& weight) {
            squares += static_cast<double>(weight) * weight;
            weight = 0;
        });
        if constexpr (batched) {
            model_ = *initial_;
            return squares;
        }
        for (const parameter_span& span : model_.layout().spans()) {
            if (!span.regularised) {
                std::ranges::fill(model_.exclusive(span), real{0});
            }
        }
        return squares;
    }

    static constexpr std::uint64_t sample_stream = 0x7361'6D70'6C65U; // "sample"
    Objective objective_;
    Data data_;
    std::uint64_t batch_;
    double l2_;
    applied_rule rule_;
    parameters model_;
    std::optional<parameters> initial_; ///< batch objectives only; others begin at zero
    std::vector<row_index> sample_;
    std::uint64_t updates_ = 0;          ///< of a pass over the sample
    std::uint64_t delay_ = 0;            ///< less than that
    std::vector<feature_index> support_; ///< of the whole sample, each feature once
};

/// Climbs from the step that curvature and row norms suggest, by factors of two, while the sample's objective improves. `epochs` is how many
/// passes are planned: in one or two a run needs larger steps to get anywhere than in ten (docs/schedules.md). `rule` is what the run will apply;
/// where its steps do not depend on the gradient's size, the search begins at the rule's own. `delay` is by how many updates each is late.
template <class Objective, dataset_view Data>
calibration calibrate(const Objective& objective, const Data& data, std::span<const row_index> rows, std::uint64_t batch, double l2,
                      std::uint64_t epochs, std::uint64_t seed, const update_rule& rule = {}, std::uint64_t delay = 0) {
    calibrator<Objective, Data> sample(objective, data, rows, batch, l2, seed, rule, delay);
    const loss_info facts = facts_of(objective);
    const double norm = sample.mean_squared_norm();
    const double by_curvature = 0.25 / (facts.curvature * (norm > 0 ? norm : 1)) * (1 - rule.knobs.beta1); // momentum sums gradients up
    const double first = rule.info.first_step > 0 ? rule.info.first_step : by_curvature;
    calibration best{.step = first, .sample = sample.sample_size(), .candidates = 1, .sample_objective = sample.try_step(first)};
    for (const double factor : {2.0, 0.5}) {
        const std::size_t before = best.candidates;
        const double start = best.step;
        for (int doublings = 0; doublings < 20; ++doublings) {
            const double step = best.step * factor;
            const double value = sample.try_step(step);
            ++best.candidates;
            const bool lost = std::isinf(best.sample_objective) && factor < 1; // where all diverges, go on until something does not
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
    best.step *= std::clamp(std::sqrt(epochs_of_a_long_run / static_cast<double>(std::max<std::uint64_t>(1, epochs))), 1.0, 2.0);
    return best;
}

/// The first step of a run of `Scheme` with such settings. That of the schedule has a part in it where it was measured: for linear models, without delay
/// and with the schedule's own decay. Throws `usage_error` for more workers than the scheme has, and for an
/// unknown schedule.
template <class Scheme, class Objective, dataset_view Data>
calibration calibrate(const Objective& objective, const Data& data, std::span<const row_index> rows, const train_settings& settings) {
    const unsigned workers = planned_workers(Scheme::info, settings);
    calibration found = calibrate(objective, data, rows, settings.batch == 0 ? default_batch<Scheme, Objective>(workers) : settings.batch,
                                  settings.l2.value_or(1.0 / static_cast<double>(rows.size())), planned_epochs(settings, data.nonzeros()),
                                  settings.seed, rule_of(settings.rule), inherent_delay(Scheme::info, workers));
    with_named<schedules>("schedule", settings.schedule, [&](auto tag) {
        if (!batch_objective<Objective, Data> && inherent_delay(Scheme::info, workers) == 0 && !settings.decay) {
            found.step *= decltype(tag)::type::info.first_step;
        }
    });
    return found;
}

} // namespace peccary
