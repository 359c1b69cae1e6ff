// Runs one scheme over one objective and data set, epoch by epoch; holds the parameters and where the run stands.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/execution/executors.hpp"
#include "peccary/execution/virtual_time.hpp"
#include "peccary/model/number_text.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/train/evaluate.hpp"
#include "peccary/train/regulariser.hpp"
#include "peccary/train/settings.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace peccary {

/// Where a run stands: all updates before `update` of epoch `epoch` are applied. Together with the parameters it is a checkpoint.
struct run_position {
    std::uint64_t epoch = 0;         ///< counted from 0
    std::uint64_t update = 0;        ///< within the epoch
    std::uint64_t stretch_begin = 0; ///< the weights' scale is 1 at this update of the epoch
    double train_seconds = 0;        ///< so far, evaluation excluded

    friend bool operator==(const run_position&, const run_position&) = default;
};

/// How an epoch ended.
enum class epoch_end { complete, interrupted, diverged };

/// Thread-safety: one thread calls; `stop` may be requested from any.
template <class Scheme, class Objective, dataset_view Data>
class trainer {
public:
    /// `rows` are the training examples of `data`; both must outlive the trainer. `settings.step` must be set (see `calibrate`).
    /// Throws `usage_error` for settings that have no meaning, or none for this scheme or executor.
    trainer(Objective objective, Data data, std::span<const row_index> rows, const train_settings& settings, stop_flag& stop)
        : objective_(std::move(objective)), data_(data), rows_(rows), settings_(settings),
          model_(initial_parameters(objective_, settings.seed)), workers_(workers_for(settings)),
          runner_(make_executor(settings.executor, workers_, settings.pin)), turns_(turns_for(settings, *runner_, workers_)),
          scheme_(model_, workers_), state_(workers_, sampling_of(settings, data), stop) {
        check(settings_);
        if (rows_.empty()) {
            throw data_error("there are no examples to train on");
        }
        if (!settings_.step) {
            throw usage_error("the trainer needs a step size; call calibrate() for one");
        }
        if (Scheme::info.lockstep && workers_ > 1 && !runner_->about().concurrent) {
            throw usage_error("the scheme '" + std::string(Scheme::info.name) +
                              "' needs workers that run at the same time, which the executor '" + std::string(runner_->about().name) +
                              "' does not promise; choose 'threads'");
        }
        settings_.epochs = planned_epochs(settings_, data_.nonzeros());
        if (settings_.batch > rows_.size()) {
            throw usage_error("a batch of " + std::to_string(settings_.batch) + " examples is more than the " +
                              std::to_string(rows_.size()) + " to train on");
        }
        batch_ = batch_of(settings_);
        regulariser_ = {.l2 = l2(), .l1 = settings_.l1, .first_step = *settings_.step};
        with_named<schedules>("schedule", settings_.schedule, [&](auto tag) {
            using named = typename decltype(tag)::type;
            schedule_ = &named::at;
            decay_ = settings_.decay.value_or(named::info.decay);
        });
    }

    /// Continues from `position` to the end of its epoch, or until a stop is requested. `position()` then says where it stands.
    epoch_end run_epoch() {
        visiting_order::draw(rows_, settings_.seed, position_.epoch, order_);
        if (turns_) {
            turns_->begin_epoch(position_.epoch);
        }
        const std::uint64_t updates = updates_per_epoch();
        const stopwatch watch;
        epoch_end end = epoch_end::complete;
        while (position_.update < updates && end == epoch_end::complete) {
            end = run_stretch(updates);
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

    /// Throws `diverged_error` if the epoch ended so, or if `objective_value`, evaluated after it, is not finite.
    void require_finite(epoch_end end, double objective_value) const {
        const std::string advice = "; try a smaller --step, another schedule, or scaled features";
        if (end == epoch_end::diverged) {
            const divergence& met = *state_.diverged();
            throw diverged_error("training diverged in epoch " + std::to_string(position_.epoch + 1) + ": worker " +
                                 std::to_string(met.worker) + " met a score that is not finite, at step size " +
                                 format_number(met.step, 6) + advice);
        }
        if (end == epoch_end::complete && !std::isfinite(objective_value)) {
            throw diverged_error("training diverged in epoch " + std::to_string(position_.epoch) +
                                 ": the objective value is not finite, at step size " + format_number(step_at(position_.epoch - 1, 0), 6) +
                                 advice);
        }
    }

    /// Mean loss and accuracy over other rows, or the training rows themselves. Only between epochs.
    evaluation evaluate_on(const Data& data, std::span<const row_index> rows) {
        return evaluate(objective_, data, rows, model_, *runner_, turns_ ? 1 : workers_);
    }
    double penalty_value() const { return penalty(model_, regulariser_.l2, regulariser_.l1); }

    bool finished() const noexcept { return position_.epoch >= settings_.epochs; }
    const run_position& position() const noexcept { return position_; }
    parameters& model() noexcept { return model_; }
    const Objective& objective() const noexcept { return objective_; }
    unsigned workers() const noexcept { return workers_; }
    std::uint64_t batch() const noexcept { return batch_; }
    double l2() const noexcept { return settings_.l2.value_or(1.0 / static_cast<double>(rows_.size())); }
    const std::optional<divergence>& diverged() const noexcept { return state_.diverged(); }
    std::uint64_t updates_per_epoch() const noexcept { return (rows_.size() + batch_ - 1) / batch_; }

    double decay() const noexcept { return decay_; }

    /// Updates that the workers have counted since this trainer was made; none with `staleness_mode::off`, which stops their clocks.
    /// Thread-safety: any thread, also while an epoch runs.
    std::uint64_t updates_applied() const noexcept {
        std::uint64_t applied = 0;
        for (unsigned worker = 0; worker < workers_; ++worker) {
            applied += state_.clocks.own(worker);
        }
        return applied;
    }

    /// All workers' samples of staleness so far. Thread-safety: any thread, also while an epoch runs.
    histogram staleness_so_far() const noexcept {
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

    /// Puts the run where a checkpoint says. `buffer` is the raw parameter buffer. Throws `data_error` if they do not fit this run.
    void restore(const run_position& position, std::span<const real> buffer) {
        if (buffer.size() != model_.size() || position.update > updates_per_epoch() || position.stretch_begin > position.update ||
            position.epoch > settings_.epochs) {
            throw data_error("the checkpoint does not fit this run: it was made with other data or settings");
        }
        std::ranges::copy(buffer, model_.exclusive().begin());
        position_ = position;
    }

    /// The step size at an update of an epoch.
    double step_at(std::uint64_t epoch, std::uint64_t update) const {
        const double done = static_cast<double>(epoch) + static_cast<double>(update) / static_cast<double>(updates_per_epoch());
        const progress now{
            .initial = *settings_.step, .epochs = done, .planned_epochs = static_cast<double>(settings_.epochs), .decay = decay_};
        return schedule_(now);
    }

private:
    static unsigned workers_for(const train_settings& settings) {
        if (!Scheme::info.parallel) {
            if (settings.workers > 1) {
                throw usage_error("the scheme '" + std::string(Scheme::info.name) + "' has one worker, not " +
                                  std::to_string(settings.workers));
            }
            return 1;
        }
        return settings.workers == 0 ? topology::of_this_process().default_workers() : settings.workers;
    }

    static std::uint64_t batch_of(const train_settings& settings) {
        return settings.batch == 0 ? default_batch<Scheme, Objective>() : settings.batch;
    }

    static std::unique_ptr<turn_order> turns_for(const train_settings& settings, const executor& runner, unsigned workers) {
        if (!runner.about().simulated) {
            if (settings.delay) {
                throw usage_error("a delay is for simulated workers, and the executor '" + std::string(runner.about().name) +
                                  "' has real ones; choose 'virtual'");
            }
            return nullptr;
        }
        return make_turn_order(settings.delay.value_or(std::string(default_delay)), workers, settings.seed);
    }

    /// Reading the others' clocks moves their cache lines, some 100 ns; done every 8,192 nonzeros, some 8 microseconds, it stays below 3 %.
    static staleness_sampling sampling_of(const train_settings& settings, const Data& data) {
        constexpr double nonzeros_between_samples = 8192;
        const double row = static_cast<double>(data.nonzeros()) / static_cast<double>(std::max<std::size_t>(1, data.size()));
        const double update = std::max(1.0, row) * static_cast<double>(batch_of(settings));
        return {.mode = settings.staleness,
                .period = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(nonzeros_between_samples / update))};
    }

    epoch_end run_stretch(std::uint64_t updates) {
        const std::uint64_t begin = position_.stretch_begin;
        const double row = static_cast<double>(data_.nonzeros()) / static_cast<double>(data_.size());
        const std::uint64_t length =
            regulariser_.stretch_length(step_at(position_.epoch, begin), row * static_cast<double>(batch_), model_.size(), updates);
        const std::uint64_t last = std::min(updates, begin + length);
        const step_table steps(begin, last, regulariser_.l2, [&](std::uint64_t update) { return step_at(position_.epoch, update); });

        stretch<Objective, Data> part{.objective = objective_,
                                      .data = data_,
                                      .order = order_,
                                      .batch = batch_,
                                      .first = position_.update,
                                      .last = last,
                                      .steps = steps,
                                      .shared = model_,
                                      .runner = *runner_,
                                      .workers = workers_,
                                      .state = state_,
                                      .turns = turns_.get()};
        position_.update = scheme_.run(part);
        if (state_.diverged()) {
            return epoch_end::diverged;
        }
        if (position_.update < last) {
            return epoch_end::interrupted;
        }
        regulariser_.settle(model_, steps);
        position_.stretch_begin = last;
        return epoch_end::complete;
    }

    Objective objective_;
    Data data_;
    std::span<const row_index> rows_;
    train_settings settings_;
    parameters model_;
    unsigned workers_;
    std::unique_ptr<executor> runner_;
    std::unique_ptr<turn_order> turns_; ///< of simulated workers only
    Scheme scheme_;
    run_state state_;
    regulariser regulariser_;
    double (*schedule_)(const progress&) = nullptr;
    double decay_ = 0;
    std::uint64_t batch_ = 1;
    std::vector<row_index> order_;
    run_position position_;
};

} // namespace peccary
