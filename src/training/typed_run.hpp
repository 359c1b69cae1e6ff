// Makes a run of one objective: included by one small source file per objective, so that each compiles its schemes apart from the others'.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/scheme/schemes.hpp"
#include "training/make_run_of.hpp"

#include <type_traits>
#include <utility>

namespace peccary::program {

/// What to try step sizes with: nothing of that is counted.
template <class Objective>
const Objective& uncounted(const Objective& objective) {
    return objective;
}
template <class Objective>
const Objective& uncounted(const diagnosed<Objective>& objective) {
    return objective.wrapped();
}

template <class Scheme, class Objective, dataset_view Data>
class typed_run final : public training_run {
public:
    typed_run(const Objective& objective, const Data& data, const run_request& request)
        : run_(objective, data, request.rows, with_step(objective, data, request), *request.stop) {}

    epoch_end run_epoch() override { return run_.run_epoch(); }
    void require_finite(epoch_end end, double objective_value) const override { run_.require_finite(end, objective_value); }
    evaluation evaluate_on(const any_view& data, std::span<const row_index> rows) override {
        return run_.evaluate_on(std::get<Data>(data), rows);
    }
    double penalty_value() const override { return run_.penalty_value(); }
    bool finished() const override { return run_.finished(); }
    const run_position& position() const override { return run_.position(); }
    void restore(const run_position& position, std::span<const real> buffer) override { run_.restore(position, buffer); }
    parameters& model() override { return run_.model(); }
    std::vector<worker_statistics> statistics() const override { return run_.statistics(); }
    unsigned workers() const override { return run_.workers(); }
    std::uint64_t batch() const override { return run_.batch(); }
    double l2() const override { return run_.l2(); }
    double decay() const override { return run_.decay(); }
    std::uint64_t updates_per_epoch() const override { return run_.updates_per_epoch(); }
    std::uint64_t updates_applied() const override { return run_.updates_applied(); }
    histogram staleness_so_far() const override { return run_.staleness_so_far(); }

private:
    train_settings with_step(const Objective& objective, const Data& data, const run_request& request) {
        train_settings settings = request.settings;
        check(settings);
        if (request.calibrated) {
            calibrated_ = request.calibrated;
            calibration_seconds_ = request.calibration_seconds;
            settings.step = calibrated_->step;
        } else if (!settings.step && !request.rows.empty()) {
            const stopwatch watch;
            const std::uint64_t batch = settings.batch == 0 ? default_batch<Scheme, Objective>() : settings.batch;
            const double l2 = settings.l2.value_or(1.0 / static_cast<double>(request.rows.size()));
            calibrated_ =
                calibrate(uncounted(objective), data, request.rows, batch, l2, planned_epochs(settings, data.nonzeros()), settings.seed);
            settings.step = calibrated_->step;
            calibration_seconds_ = watch.seconds();
        }
        step_ = settings.step.value_or(0);
        return settings;
    }

    trainer<Scheme, Objective, Data> run_;
};

template <class Objective>
struct objective_maker {
    static Objective make(std::size_t features, const run_request& request) {
        if constexpr (std::is_constructible_v<Objective, std::size_t, std::size_t, bool>) {
            return Objective(features, request.classes, request.bias);
        } else {
            return Objective(features, request.bias);
        }
    }
};
template <>
struct objective_maker<mlp> {
    static mlp make(std::size_t features, const run_request& request) {
        return {features, request.hidden_units, request.classes, request.activation};
    }
};
template <class Objective>
struct objective_maker<diagnosed<Objective>> {
    static diagnosed<Objective> make(std::size_t features, const run_request& request) {
        return {objective_maker<Objective>::make(features, request), *request.ledger};
    }
};

template <class Objective>
std::unique_ptr<training_run> make_run_of(const run_request& request) {
    std::unique_ptr<training_run> made;
    with_named<schemes>("scheme", request.scheme, [&](auto tag) {
        using scheme = typename decltype(tag)::type;
        std::visit(
            [&]<class Data>(const Data& data) {
                made = std::make_unique<typed_run<scheme, Objective, Data>>(objective_maker<Objective>::make(data.features(), request),
                                                                            data, request);
            },
            request.data);
    });
    return made;
}

} // namespace peccary::program
