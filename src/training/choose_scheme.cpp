#include "training/choose_scheme.hpp"

#include "peccary/core/stopwatch.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/step/rules.hpp"
#include "report/text.hpp"
#include "training/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace peccary::program {

namespace {

constexpr auto trial_length = std::chrono::microseconds(1500);

/// How much faster than serial descent a parallel scheme must be to be worth what it costs: bits
/// that change from run to run, and staleness.
constexpr double worthwhile = 1.2;

/// As a part of what so many workers could do at best: a scheme that comes so near needs no
/// comparison with a further one.
constexpr double good_enough = 0.75;

/// A run so small that serial descent is through with it in about the time of the trials.
constexpr double few_visits = 4e6;

/// Memory that private copies of the parameters may take.
constexpr double most_bytes_of_copies = 1e9;

struct trial_run {
    scheme_trial trial;
    std::size_t parameters = 0; ///< of the model
};

/// Trains until the time is up. The step is calibrated by the first run that needs it.
trial_run try_scheme(run_request request, const std::string& scheme, unsigned workers, scheme_choice& choice) {
    stop_flag time_is_up;
    request.scheme = scheme;
    request.settings.workers = workers;
    request.settings.staleness = staleness_mode::off;
    request.stop = &time_is_up;
    request.ledger = nullptr;
    request.calibrated = choice.calibrated;
    const auto run = make_run(request);
    if (!choice.calibrated && run.calibrated) {
        choice.calibrated = run.calibrated;
        choice.calibration_seconds = run.calibration_seconds;
    }
    // a thread that slept so long might wake much later, with all processors busy
    time_is_up.request_after(trial_length);
    run.trainer->run_epoch();
    const double nonzeros =
        std::visit([](const auto& data) { return static_cast<double>(data.nonzeros()) / static_cast<double>(data.size()); }, request.data);
    const bool whole_epoch = run.trainer->position().epoch > 0;
    const auto updates = static_cast<double>(whole_epoch ? run.trainer->updates_per_epoch() : run.trainer->position().update);
    return {.trial = {.scheme = scheme,
                      .workers = workers,
                      .nonzeros_per_second = updates * static_cast<double>(run.trainer->batch()) * nonzeros /
                                             std::max(run.trainer->position().train_seconds, 1e-9)},
            .parameters = run.trainer->model().size()};
}

} // namespace

scheme_choice choose_scheme(const run_request& request) {
    scheme_choice choice;
    const unsigned workers = request.settings.workers != 0 ? request.settings.workers : topology::of_this_process().default_workers();
    const double nonzeros = std::visit([](const auto& data) { return static_cast<double>(data.nonzeros()); }, request.data);
    const bool compensates = rule_of(request.settings.rule).compensates();
    if (compensates || request.layerwise) {
        choice.scheme = "hogwild";
        choice.workers = workers;
        choice.reason = compensates ? "since it has delay to compensate" : "since its parameters change between an update's layers";
        return choice;
    }
    if (workers == 1) {
        choice.reason = "since there is one worker";
        return choice;
    }
    if (simulates(request.settings.executor)) {
        choice.scheme = "hogwild";
        choice.workers = workers;
        choice.reason = "since simulated workers have no speed to choose by";
        return choice;
    }
    if (nonzeros * static_cast<double>(std::max<std::uint64_t>(1, request.settings.epochs)) < few_visits) {
        choice.reason = "since the run is too short to share out";
        return choice;
    }

    const stopwatch watch;
    const auto [serial, parameters] = try_scheme(request, "sequential", 1, choice);
    choice.trials.push_back(serial);
    bool nearly_ideal = false;
    // two copies a worker
    if (rule_of(request.settings.rule).mergeable() &&
        2.0 * workers * static_cast<double>(parameters * sizeof(real)) < most_bytes_of_copies) {
        choice.trials.push_back(try_scheme(request, "replicas", workers, choice).trial);
        nearly_ideal =
            serial.nonzeros_per_second > 0 && choice.trials.back().nonzeros_per_second > good_enough * workers * serial.nonzeros_per_second;
    }
    if (!nearly_ideal) {
        choice.trials.push_back(try_scheme(request, "hogwild", workers, choice).trial);
    }
    choice.seconds = watch.seconds() - choice.calibration_seconds;

    const auto fastest = std::ranges::max_element(choice.trials, {}, &scheme_trial::nonzeros_per_second);
    if (fastest->nonzeros_per_second > worthwhile * serial.nonzeros_per_second) {
        choice.scheme = fastest->scheme;
        choice.workers = fastest->workers;
    }
    for (const scheme_trial& trial : choice.trials) {
        choice.reason +=
            fmt::format("{}{} {} nonzeros/s", choice.reason.empty() ? "by a trial: " : ", ", trial.scheme, rate(trial.nonzeros_per_second));
    }
    return choice;
}

} // namespace peccary::program
