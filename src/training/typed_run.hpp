// Makes a run of one objective: included by one small source file per objective, so that each compiles its schemes apart from the others'.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/train/trainer.hpp"
#include "training/make_run_of.hpp"

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

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

/// What the request leaves open is calibrated. Throws what `check`, `calibrate` and the trainer's constructor throw.
template <class Scheme, class Objective, dataset_view Data>
training_run make_typed_run(const Objective& objective, const Data& data, const run_request& request) {
    train_settings settings = request.settings;
    check(settings);
    training_run made;
    made.calibrated = request.calibrated;
    made.calibration_seconds = request.calibration_seconds;
    if (!made.calibrated && !settings.step && !request.rows.empty()) {
        const stopwatch watch;
        made.calibrated = calibrate<Scheme>(uncounted(objective), data, request.rows, settings);
        made.calibration_seconds = watch.seconds();
    }
    if (made.calibrated) {
        settings.step = made.calibrated->step;
    }
    made.step = settings.step.value_or(0);
    auto typed = std::make_unique<trainer<Scheme, Objective, Data>>(objective, data, request.rows, settings, *request.stop);
    made.evaluate_on = [&typed = *typed](const any_view& rows_of, std::span<const row_index> rows) {
        return typed.evaluate_on(std::get<Data>(rows_of), rows);
    };
    made.trainer = std::move(typed);
    return made;
}

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
        return {features, request.hidden_units, request.classes, request.activation, request.output, request.dropout, request.layerwise};
    }
};
template <>
struct objective_maker<linear<any_loss>> {
    static linear<any_loss> make(std::size_t features, const run_request& request) {
        return {features, request.bias, any_loss::named(request.objective)};
    }
};
template <class Objective>
struct objective_maker<diagnosed<Objective>> {
    static diagnosed<Objective> make(std::size_t features, const run_request& request) {
        return {objective_maker<Objective>::make(features, request), *request.ledger};
    }
};

template <class Objective>
training_run make_run_of(const run_request& request) {
    training_run made;
    with_named<schemes>("scheme", request.scheme, [&](auto tag) {
        using scheme = typename decltype(tag)::type;
        std::visit(
            [&](const auto& data) {
                made = make_typed_run<scheme>(objective_maker<Objective>::make(data.features(), request), data, request);
            },
            request.data);
    });
    return made;
}

} // namespace peccary::program
