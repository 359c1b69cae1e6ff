// A sample of a problem's examples, and the objective value after a pass of descent over it with a
// given step.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/core/random.hpp"
#include "peccary/core/stop_flag.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/execution/inline_executor.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/step/step_table.hpp"
#include "peccary/step/update_rule.hpp"
#include "peccary/train/regulariser.hpp"
#include "peccary/update/applied_rule.hpp"
#include "peccary/update/problem.hpp"
#include "peccary/update/stretch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace peccary {

/// One pass of descent over a sample, from the initial parameters, falling linearly to zero, for
/// each of a few step sizes that differ by factors of two. It is serial but for the delay that the
/// run's scheme has by construction (`inherent_delay`): an update's gradient is then computed that
/// many updates before it is applied, as many being under way at any time.
/// Considerations. Bottou's svmsgd does the same with a constant step. A pass whose step falls to
/// zero resembles a whole run under the default schedule more closely: it rewards steps that are
/// large at first. What is best on so few updates is too large for a whole run, by a factor that
/// was measured (docs/schedules.md): 8 for logistic, hinge and softmax, and 4 for those that are
/// quadratic near the optimum, within a factor of two on all sets tried.
class calibration_sample {
public:
    calibration_sample(const problem& task, std::span<const row_index> rows, std::uint64_t batch, double l2, std::uint64_t seed,
                       const update_rule& rule, std::uint64_t delay)
        : task_(&task), batch_((std::min<std::uint64_t>)(batch, rows.size())), l2_(l2), rule_(rule, task.learned_layout(), task.layout()),
          model_(with_shared_state(task.initial(seed), rule_)), runner_(1, false), state_(1, {.mode = staleness_mode::off}, never_) {
        if (task.facts().layerwise) {
            require_plain_layer_by_layer(rule);
        }
        if (!std::ranges::all_of(model_.exclusive(), [](real value) { return value == 0; })) {
            initial_ = model_;
        }
        draw(rows, seed);
        updates_ = (sample_.size() + batch_ - 1) / batch_;
        // more would be the same: the first is applied when all are computed
        const std::uint64_t most = updates_ - 1;
        part_ = std::make_unique<stretch>(stretch{.task = task,
                                                  .order = sample_,
                                                  .batch = batch_,
                                                  .steps = no_steps_,
                                                  .shared = model_,
                                                  .runner = runner_,
                                                  .state = state_,
                                                  .rule = rule.plain() ? nullptr : &rule_});
        for (std::uint64_t place = 0; place <= (std::min)(delay, most); ++place) {
            in_flight_.push_back(task.make_worker(exclusive(), 0, *part_));
        }
        find_support();
    }

    /// Objective value on the sample after one pass with first step `step`; infinite if that
    /// diverges.
    double try_step(double step) {
        const auto step_of = [&](std::uint64_t update) {
            return step * (1.0 - static_cast<double>(update) / static_cast<double>(updates_));
        };
        const std::uint64_t delay = in_flight_.size() - 1;
        const auto worker_of = [&](std::uint64_t update) -> worker& { return *in_flight_[update % in_flight_.size()]; };
        real* const base = model_.base();
        for (std::uint64_t first = 0; first < updates_;) {
            // As in training, the scale is folded in before it leaves the range of floats, which a
            // strong l2 takes a few updates for, and nothing is in flight meanwhile.
            const std::uint64_t last = (std::min)(updates_, first + regulariser{.l2 = l2_}.stretch_length(step_of(first), 0, 0, updates_));
            const step_table steps(first, last, l2_, step_of);
            for (std::uint64_t turn = first; turn < last + delay; ++turn) {
                if (turn < last) {
                    worker_of(turn).differentiate(turn, base, steps.at(turn).scale());
                }
                if (turn >= first + delay) {
                    const std::uint64_t update = turn - delay;
                    const step_cursor at = steps.at(update);
                    worker_of(update).apply(update, base, at.scale(), at.step());
                }
            }
            const auto scale = static_cast<real>(steps.final_scale());
            for_each_touched_weight([scale](real& weight) { weight *= scale; });
            first = last;
        }
        const double loss = task_->sum_of_losses(sample_, model_);
        const double value = loss / static_cast<double>(sample_.size()) + 0.5 * l2_ * sum_of_squares();
        start_anew();
        return is_finite(value) ? value : double_infinity;
    }

    /// Mean squared norm of the sample's rows, a bias counted as a feature of value 1.
    double mean_squared_norm() const {
        double sum = 0;
        for_each_entry([&sum](feature_index, real value) { sum += static_cast<double>(value) * static_cast<double>(value); });
        const bool biased =
            std::ranges::any_of(task_->learned_layout().spans(), [](const parameter_span& span) { return !span.regularised; });
        return sum / static_cast<double>(sample_.size()) + (biased ? 1 : 0);
    }

    std::size_t size() const noexcept { return sample_.size(); }

private:
    /// One row from each of equal parts of the file, in random order: files are often sorted by
    /// label.
    void draw(std::span<const row_index> rows, std::uint64_t seed) {
        const std::size_t size = (std::min)(rows.size(), std::clamp<std::size_t>(rows.size() / 32, 512, 4096));
        random_stream random(seed, sample_stream, 0);
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t from = rows.size() * i / size;
            const std::size_t to = rows.size() * (i + 1) / size;
            sample_.push_back(rows[from + random.below(static_cast<std::uint32_t>(to - from))]);
        }
        shuffle(std::span(sample_), random);
    }

    /// The features of the whole sample, each once.
    void find_support() {
        if (task_->facts().weights_per_feature == 0) {
            return;
        }
        std::vector<bool> seen(task_->facts().features);
        for_each_entry([&](feature_index feature, real) {
            if (!seen[feature]) {
                seen[feature] = true;
                support_.push_back(feature);
            }
        });
    }

    /// Calls `visit(feature, value)` for each nonzero of the sample.
    template <class Visitor>
    void for_each_entry(Visitor visit) const {
        for (const row_index id : sample_) {
            std::visit(
                [&visit](const auto& row) {
                    for (std::size_t k = 0; k < row.size(); ++k) {
                        visit(row.index(k), row.value(k));
                    }
                },
                task_->row(id));
        }
    }

    /// Calls `visit(weight)` for the weights that the sample can have changed: the model may be
    /// much larger than what the sample touches.
    template <class Visitor>
    void for_each_touched_weight(Visitor visit) {
        const std::size_t width = task_->facts().weights_per_feature;
        for (const parameter_span& span : model_.layout().spans()) {
            if (!span.regularised) {
                continue;
            }
            if (width == 0) {
                std::ranges::for_each(model_.exclusive(span), visit);
            }
            for (const feature_index feature : support_) {
                std::ranges::for_each(model_.exclusive(span).subspan(feature * width, width), visit);
            }
        }
    }

    double sum_of_squares() {
        double squares = 0;
        for_each_touched_weight([&squares](const real& weight) { squares += static_cast<double>(weight) * static_cast<double>(weight); });
        return squares;
    }

    /// Sets the model back to where descent starts.
    void start_anew() {
        if (initial_) {
            std::ranges::copy(initial_->exclusive(), model_.exclusive().begin());
            return;
        }
        for_each_touched_weight([](real& weight) { weight = 0; });
        for (const parameter_span& span : model_.layout().spans()) {
            if (!span.regularised) {
                std::ranges::fill(model_.exclusive(span), real{0});
            }
        }
    }

    static constexpr std::uint64_t sample_stream = 0x7361'6D70'6C65U; // "sample"
    const problem* task_;
    std::uint64_t batch_;
    double l2_;
    applied_rule rule_;
    parameters model_;
    std::optional<parameters> initial_; ///< none where descent starts at zero
    std::vector<row_index> sample_;
    std::uint64_t updates_ = 0; ///< of a pass over the sample
    stop_flag never_;
    inline_executor runner_;
    run_state state_;
    step_table no_steps_{0, 0, 0, [](std::uint64_t) { return 0.0; }};
    std::unique_ptr<stretch> part_;                  ///< all of the sample
    std::vector<std::unique_ptr<worker>> in_flight_; ///< one more than an update is delayed by
    std::vector<feature_index> support_;             ///< none where a sample may touch anything
};

} // namespace peccary
