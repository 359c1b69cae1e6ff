// A training run: resolved settings, position, statistics, snapshots. Knows neither the scheme's
// type, nor the objective's, nor the data's.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/stop_flag.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/execution/executors.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/scheme/requirements.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/statistics/histogram.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/statistics/worker_statistics.hpp"
#include "peccary/step/step_table.hpp"
#include "peccary/train/regulariser.hpp"
#include "peccary/train/resolve.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/applied_rule.hpp"
#include "peccary/update/problem.hpp"
#include "peccary/update/stretch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace peccary {

/// Where a run stands: all updates before `update` of epoch `epoch` are applied. Together with the
/// parameters it is a checkpoint.
struct run_position {
    std::uint64_t epoch = 0;         ///< counted from 0
    std::uint64_t update = 0;        ///< within the epoch
    std::uint64_t stretch_begin = 0; ///< the weights' scale is 1 at this update of the epoch
    double train_seconds = 0;        ///< so far, evaluation excluded

    friend bool operator==(const run_position&, const run_position&) = default;
};

/// How an epoch ended.
enum class epoch_end { complete, interrupted, diverged };

/// One scheme over one problem, epoch by epoch.
/// Thread-safety: one thread calls, where a member does not say otherwise; `stop` may be requested
/// from any.
class planned_run {
public:
    /// `rows` are the training examples of the problem's data; they must outlive the run.
    /// `settings.step` must be set (see `calibrate`). Throws `usage_error` for settings that have
    /// no meaning, or none for this problem, scheme or executor.
    planned_run(std::shared_ptr<problem> task, const scheme_entry& which, std::span<const row_index> rows, const train_settings& settings,
                stop_flag& stop)
        : task_(std::move(task)), rows_(rows), settings_(settings), workers_(planned_workers(which.info, settings)),
          batch_(settings.batch == 0 ? default_batch(which.info, task_->facts(), workers_) : settings.batch),
          work_(task_->facts().work_of_example * static_cast<double>(batch_)),
          rule_(rule_for(*task_, which.info, settings), task_->learned_layout(), task_->layout()),
          own_state_(own_state(shares_state(which.info, rule_.rule) ? 0 : workers_, rule_)),
          model_(rule_.own == nullptr ? with_shared_state(task_->initial(settings.seed), rule_) : task_->initial(settings.seed)),
          runner_(make_executor(settings.executor, workers_, settings.pin)), turns_(turns_for(settings, *runner_, workers_)),
          state_(workers_, sampling_for(settings, (std::max)(static_cast<double>(batch_), work_)), stop, damping_for(which.info, settings),
                 turns_ ? clock_writers::one_thread : clock_writers::each_worker),
          schedule_(schedule_for(settings)) {
        check(settings_);
        require_fit(which, task_->facts());
        if (rows_.empty()) {
            throw data_error("there are no examples to train on");
        }
        if (!settings_.step) {
            throw usage_error("the trainer needs a step size; call calibrate() for one");
        }
        require_workers_together(which.info, workers_, runner_->about());
        settings_.epochs = planned_epochs(settings_, task_->facts().nonzeros);
        if (settings_.batch > rows_.size()) {
            throw usage_error("a batch of " + std::to_string(settings_.batch) + " examples is more than the " +
                              std::to_string(rows_.size()) + " to train on");
        }
        // A scale shrinks with every update, whoever makes it. Where P copies are averaged, each
        // makes a P-th of the updates.
        const double share = which.info.averages ? 1.0 / workers_ : 1.0;
        regulariser_ = {.l2 = share * l2(), .l1 = share * settings_.l1, .first_step = *settings_.step};
        scheme_ = which.make(model_, workers_, knob_values(which.info.name, which.knobs, settings_.knobs));
    }
    planned_run(const planned_run&) = delete;
    planned_run& operator=(const planned_run&) = delete;
    ~planned_run() = default;

    /// Continues from `position()` to the end of its epoch, or until a stop is requested.
    /// `position()` then says where it stands.
    epoch_end run_epoch() {
        visiting_order::draw(rows_, settings_.seed, position_.epoch, order_);
        task_->begin_epoch(settings_.seed, position_.epoch);
        if (turns_) {
            turns_->begin_epoch(position_.epoch);
        }
        for (worker_state& worker : state_.workers) {
            if (worker.damping) {
                worker.damping->begin_epoch();
            }
        }
        const stopwatch watch;
        epoch_end end = epoch_end::complete;
        while (position_.update < updates_per_epoch() && end == epoch_end::complete) {
            end = run_next_stretch();
        }
        const double seconds = watch.seconds();
        position_.train_seconds += seconds;
        for (worker_state& worker : state_.workers) {
            worker.statistics.seconds += seconds;
        }
        if (end == epoch_end::complete) {
            ++position_.epoch;
            position_.update = 0;
            position_.stretch_begin = 0;
        }
        return end;
    }

    /// Throws `diverged_error` if the epoch ended so, or if `objective_value`, evaluated after it,
    /// is not finite.
    void require_finite(epoch_end end, double objective_value) const {
        const std::string advice = "; try a smaller --step, another schedule, or scaled features";
        if (end == epoch_end::diverged) {
            const divergence& met = *state_.diverged();
            throw diverged_error("training diverged in epoch " + std::to_string(position_.epoch + 1) + ": worker " +
                                 std::to_string(met.worker) + " met a score that is not finite, at step size " +
                                 format_number(met.step, 6) + advice);
        }
        if (end == epoch_end::complete && !is_finite(objective_value)) {
            throw diverged_error("training diverged in epoch " + std::to_string(position_.epoch) +
                                 ": the objective value is not finite, at step size " + format_number(step_at(position_.epoch - 1, 0), 6) +
                                 advice);
        }
    }

    double penalty_value() const { return penalty(model_, l2(), settings_.l1); }

    bool finished() const noexcept { return position_.epoch >= settings_.epochs; }
    const run_position& position() const noexcept { return position_; }
    /// The objective's parameters; behind them, the state of an update rule that the workers share.
    parameters& model() noexcept { return model_; }
    unsigned workers() const noexcept { return workers_; }
    std::uint64_t batch() const noexcept { return batch_; }
    double l2() const noexcept { return settings_.l2.value_or(1.0 / static_cast<double>(rows_.size())); }
    const std::optional<divergence>& diverged() const noexcept { return state_.diverged(); }
    std::uint64_t updates_per_epoch() const noexcept { return (rows_.size() + batch_ - 1) / batch_; }

    double decay() const noexcept { return schedule_.decay; }

    /// Updates that the workers have counted since this run was made; none with
    /// `staleness_mode::off`, which stops their clocks.
    /// Thread-safety: any thread, also while an epoch runs.
    std::uint64_t updates_applied() const noexcept {
        std::uint64_t applied = 0;
        for (unsigned worker = 0; worker < workers_; ++worker) {
            applied += state_.clocks.own(worker);
        }
        return applied;
    }

    /// All workers' samples of staleness so far. Thread-safety: any thread, also while an epoch
    /// runs.
    histogram staleness_so_far() const {
        histogram all;
        for (const worker_state& worker : state_.workers) {
            all.merge(worker.statistics.staleness.snapshot());
        }
        return all;
    }

    /// Each worker's tallies since the run began. Only between epochs.
    std::vector<worker_statistics> statistics() const {
        std::vector<worker_statistics> all;
        for (const worker_state& worker : state_.workers) {
            all.push_back(worker.statistics);
        }
        return all;
    }

    /// Everything that is learned and remembered: the raw parameter buffer, behind it the workers'
    /// own state, and behind that the scheme's copies. Only between epochs.
    std::vector<real> snapshot() const {
        std::vector<real> all;
        all.reserve(snapshot_size());
        const auto append = [&all](std::span<const real> part) { all.insert(all.end(), part.begin(), part.end()); };
        append(model_.exclusive());
        append(own_state_.exclusive());
        for (const parameters& copy : scheme_->copies()) {
            append(copy.exclusive());
        }
        return all;
    }

    /// Puts the run where a checkpoint says. `buffer` is a `snapshot`. Throws `data_error` if they
    /// do not fit this run.
    void restore(const run_position& position, std::span<const real> buffer) {
        if (buffer.size() != snapshot_size() || position.update > updates_per_epoch() || position.stretch_begin > position.update ||
            position.epoch > settings_.epochs) {
            throw data_error("the checkpoint does not fit this run: it was made with other data or settings");
        }
        const auto take = [&buffer](std::span<real> part) {
            std::ranges::copy(buffer.first(part.size()), part.begin());
            buffer = buffer.subspan(part.size());
        };
        take(model_.exclusive());
        take(own_state_.exclusive());
        for (parameters& copy : scheme_->copies()) {
            take(copy.exclusive());
        }
        position_ = position;
    }

    /// The step size at an update of an epoch.
    double step_at(std::uint64_t epoch, std::uint64_t update) const {
        const double done = static_cast<double>(epoch) + static_cast<double>(update) / static_cast<double>(updates_per_epoch());
        const progress now{
            .initial = *settings_.step, .epochs = done, .planned_epochs = static_cast<double>(settings_.epochs), .decay = schedule_.decay};
        return schedule_.at(now);
    }

    /// Mean loss and accuracy over rows of a problem of the same objective. Only between epochs.
    evaluation evaluate_on(const problem& other, std::span<const row_index> rows) {
        // simulated workers have one thread
        return other.evaluate(rows, model_, *runner_, turns_ ? 1 : workers_);
    }
    evaluation evaluate(std::span<const row_index> rows) { return evaluate_on(*task_, rows); }

private:
    epoch_end run_next_stretch() {
        const std::uint64_t updates = updates_per_epoch();
        const std::uint64_t begin = position_.stretch_begin;
        const std::uint64_t length =
            regulariser_.stretch_length(step_at(position_.epoch, begin), nonzeros_of_update(), model_.size(), updates);
        const std::uint64_t last = (std::min)(updates, begin + length);
        const step_table steps(begin, last, regulariser_.l2, [&](std::uint64_t update) { return step_at(position_.epoch, update); });
        stretch part{.task = *task_,
                     .order = order_,
                     .batch = batch_,
                     .first = position_.update,
                     .last = last,
                     .work = work_,
                     .steps = steps,
                     .shared = model_,
                     .runner = *runner_,
                     .workers = workers_,
                     .state = state_,
                     .turns = turns_.get(),
                     .rule = rule_.rule.plain() ? nullptr : &rule_,
                     .updates_before = position_.epoch * updates};
        position_.update = scheme_->run(part);
        if (state_.diverged()) {
            return epoch_end::diverged;
        }
        if (position_.update < last) {
            return epoch_end::interrupted;
        }
        regulariser_.settle(model_, steps);
        for (parameters& copy : scheme_->copies()) {
            regulariser_.settle(copy, steps);
        }
        position_.stretch_begin = last;
        return epoch_end::complete;
    }

    std::size_t snapshot_size() const noexcept {
        std::size_t size = model_.size() + own_state_.size();
        for (const parameters& copy : scheme_->copies()) {
            size += copy.size();
        }
        return size;
    }
    double nonzeros_of_update() const noexcept { return task_->facts().nonzeros_of_row() * static_cast<double>(batch_); }

    std::shared_ptr<problem> task_;
    std::span<const row_index> rows_;
    train_settings settings_;
    unsigned workers_;
    std::uint64_t batch_;
    double work_; ///< of an update, in visits of a nonzero
    applied_rule rule_;
    parameters own_state_; ///< of the workers, if they do not share it
    parameters model_;
    std::unique_ptr<executor> runner_;
    std::unique_ptr<turn_order> turns_; ///< of simulated workers only
    run_state state_;
    chosen_schedule schedule_;
    std::unique_ptr<scheme> scheme_;
    regulariser regulariser_;
    std::vector<row_index> order_;
    run_position position_;
};

} // namespace peccary
