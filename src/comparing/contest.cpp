#include "comparing/contest.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/frequency.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/scheme/scheme.hpp"
#include "training/lists.hpp"
#include "training/rule_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <variant>

namespace peccary::program {

namespace {

/// Runs to the end, calling `after_epoch(run, end)` after each epoch; false if it was interrupted.
template <class AfterEpoch>
bool run_to_end(const training_run& run, AfterEpoch after_epoch) {
    while (!run.trainer->finished()) {
        const epoch_end end = run.trainer->run_epoch();
        if (end == epoch_end::interrupted) {
            return false;
        }
        run.trainer->require_finite(end, 0);
        after_epoch(end);
    }
    return true;
}

/// The objective value at the end of a whole run, infinite if it diverges; nothing if it was
/// interrupted.
std::optional<double> value_at_end(const training_run& run, const run_request& request, progress& shown) try {
    if (!run_to_end(run, [&](epoch_end /*end*/) { shown.epoch_done(); })) {
        return std::nullopt;
    }
    const double value = run.evaluate_on(request.data, request.rows).mean_loss + run.trainer->penalty_value();
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
} catch (const diverged_error&) {
    return std::numeric_limits<double>::infinity();
}

} // namespace

run_request contest::request_of(const contender& each, std::uint64_t round) const {
    run_request request = request_;
    request.scheme = each.scheme;
    request.settings.workers = each.workers;
    request.settings.rule = rule_settings_of(*options_, each.scheme, each.workers);
    request.settings.seed += round;
    if (each.step > 0) {
        request.settings.step = each.step;
    }
    return request;
}

watched_run contest::about(const training_run& run, const std::string& what, const contender& each) const {
    return {.place = what + each.name(),
            .fields = {{"scheme", each.scheme}, {"threads", std::uint64_t{each.workers}}},
            .epochs = request_.settings.epochs,
            .updates_per_epoch = run.trainer->updates_per_epoch(),
            .updates_applied = [&run] { return run.trainer->updates_applied(); },
            .staleness = [&run] { return run.trainer->staleness_so_far(); },
            .measured = true};
}

bool contest::tune(contender& each) {
    constexpr double worth_it = 1e-4;
    constexpr int most_factors = 6; // either way
    contender trial = each;
    const auto attempt = [&](double step) -> std::optional<double> {
        trial.step = step;
        const run_request request = request_of(trial, 0);
        const auto run = make_run(request);
        const watching watched = shown_->watch(about(run, "step of ", each));
        const auto value = value_at_end(run, request, *shown_);
        if (value) {
            trial.tuning.push_back({.step = run.step, .objective_value = *value});
        }
        return value;
    };
    const auto first = attempt(0); // calibrated
    if (!first) {
        return false;
    }
    tried_step best = trial.tuning.back();
    for (const double factor : {2.0, 0.5}) {
        const double start = best.step;
        for (int times = 0; times < most_factors; ++times) {
            const auto value = attempt(best.step * factor);
            if (!value) {
                return false;
            }
            if (!(*value < best.objective_value * (1 - worth_it))) {
                break;
            }
            best = trial.tuning.back();
        }
        if (best.step != start) {
            break; // larger was better: smaller is not
        }
    }
    each.step = best.step;
    each.tuning = std::move(trial.tuning);
    return true;
}

bool contest::run_once(contender& each, std::uint64_t round, std::uint64_t runs_after, compared_run& found) {
    const stopwatch watch;
    const run_request request = request_of(each, round);
    const auto run = make_run(request);
    watched_run shown = about(run, fmt::format("round {}/{}, ", round + 1, rounds_), each);
    shown.fields.emplace_back("round", round + 1);
    shown.runs_after = runs_after;
    shown.seconds_a_run = runs_done_ == 0 ? 0 : runs_seconds_ / static_cast<double>(runs_done_);
    const watching watched = shown_->watch(std::move(shown));
    each.step = run.step;
    each.momentum_of_rule = momentum_of_rule(*options_, each.scheme, each.workers);
    found.seed = request.settings.seed;
    evaluation last;
    const bool whole = run_to_end(run, [&](epoch_end end) {
        last = run.evaluate_on(request.data, request.rows);
        const double value = last.mean_loss + run.trainer->penalty_value();
        run.trainer->require_finite(end, value);
        found.seconds.push_back(run.trainer->position().train_seconds);
        found.objective_values.push_back(value);
        epoch_facts facts;
        facts.epoch = run.trainer->position().epoch;
        facts.train_seconds = found.seconds.back();
        facts.objective_value = value;
        facts.updates = facts.epoch * run.trainer->updates_per_epoch();
        facts.training = last;
        shown_->epoch_done(facts);
    });
    if (!whole) {
        return false;
    }
    found.train_accuracy = last.accuracy;
    if (!inputs_->validation_rows.empty()) {
        found.validation_accuracy = run.evaluate_on(inputs_->train.unweighted_view(inputs_->features), inputs_->validation_rows).accuracy;
    }
    if (inputs_->test) {
        found.test_accuracy = run.evaluate_on(inputs_->test->unweighted_view(inputs_->features), inputs_->test_rows).accuracy;
    }
    for (const worker_statistics& worker : run.trainer->statistics()) {
        found.workers.push_back(figures_of(worker));
    }
    ++runs_done_;
    runs_seconds_ += watch.seconds();
    return true;
}

bool contest::run_round(std::vector<contender>& contenders, std::uint64_t round) {
    constexpr std::uint64_t order_stream = 0x636F'6D70'6172'65U; // "compare"
    std::vector<std::size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_stream random(request_.settings.seed, order_stream, round);
    shuffle(std::span(order), random);
    std::uint64_t runs_after = (rounds_ - round) * contenders.size();
    for (const std::size_t next : order) {
        compared_run run;
        if (!run_once(contenders[next], round, --runs_after, run)) {
            for (contender& each : contenders) {
                each.runs.resize(std::min<std::size_t>(each.runs.size(), round));
            }
            return false;
        }
        contenders[next].runs.push_back(std::move(run));
    }
    return true;
}

bool contest::diagnose(contender& each) {
    diagnostic_ledger ledger(std::visit([&](const auto& data) { return feature_frequency(data, inputs_->training_rows); }, request_.data));
    run_request request = request_of(each, 0);
    request.ledger = &ledger;
    const auto run = make_run(request);
    const watching watched = shown_->watch(about(run, "lost updates of ", each));
    if (!run_to_end(run, [&](epoch_end /*end*/) { shown_->epoch_done(); })) {
        return false;
    }
    const diagnosis found = ledger.found(run.trainer->model().exclusive(run.trainer->model().layout().find("shadow")));
    each.losses = {.adds = found.adds,
                   .lost = found.lost,
                   .hot_features = found.hot_features,
                   .hot = distribution_of(found.hot),
                   .cold = distribution_of(found.cold),
                   .reads = found.reads.reads,
                   .torn_reads = found.reads.torn};
    return true;
}

} // namespace peccary::program
