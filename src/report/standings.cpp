#include "report/standings.hpp"

#include "report/median.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>

namespace peccary::program {

namespace {

spread spread_of(const contender& of, const std::function<double(const compared_run&)>& figure) {
    std::vector<double> values;
    for (const compared_run& run : of.runs) {
        values.push_back(figure(run));
    }
    if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) {
        return {};
    }
    return {.median = median(values), .least = std::ranges::min(values), .greatest = std::ranges::max(values)};
}

/// Seconds to the target in each round; empty if one missed it.
std::vector<double> seconds_to(const contender& of, double value) {
    std::vector<double> seconds;
    for (const compared_run& run : of.runs) {
        const auto epoch = epoch_at(run, value);
        if (!epoch) {
            return {};
        }
        seconds.push_back(run.seconds[*epoch]);
    }
    return seconds;
}

/// The best run with one worker of each round: ratios are taken within a round, since that is when
/// both met the same machine.
struct serial_times {
    std::vector<double> fastest; ///< to the end
    std::vector<double> soonest; ///< at the target; infinite if none got there

    explicit serial_times(const comparison& of) : fastest(of.rounds(), std::numeric_limits<double>::infinity()), soonest(fastest) {
        const double value = target_value(of);
        for (const contender& each : of.contenders) {
            for (std::size_t round = 0; each.workers == 1 && round < of.rounds(); ++round) {
                const compared_run& run = each.runs[round];
                fastest[round] = std::min(fastest[round], run.seconds.back());
                if (const auto epoch = epoch_at(run, value)) {
                    soonest[round] = std::min(soonest[round], run.seconds[*epoch]);
                }
            }
        }
    }
};

std::vector<double> ratios(const std::vector<double>& above, const std::vector<double>& below) {
    std::vector<double> all;
    for (std::size_t i = 0; i < below.size(); ++i) {
        all.push_back(above[i] / below[i]);
    }
    return all;
}

standing standing_of(const comparison& of, const contender& each, const serial_times& serial) {
    const auto epochs = static_cast<double>(of.epochs);
    const double reference = of.reference();
    standing found;
    found.seconds_per_pass = spread_of(each, [&](const compared_run& run) { return run.seconds.back() / epochs; });
    found.gap = spread_of(each, [&](const compared_run& run) { return run.objective_values.back() / reference - 1; });
    found.objective_value = spread_of(each, [](const compared_run& run) { return run.objective_values.back(); });
    found.train_accuracy = spread_of(each, [](const compared_run& run) { return run.train_accuracy; });
    found.validation_accuracy = spread_of(each, [](const compared_run& run) { return run.validation_accuracy; });
    found.test_accuracy = spread_of(each, [](const compared_run& run) { return run.test_accuracy; });

    std::vector<double> seconds;
    for (const compared_run& run : each.runs) {
        seconds.push_back(run.seconds.back());
        found.workers.merge(together(run.workers));
    }
    const double value = target_value(of);
    const std::vector<double> there = seconds_to(each, value);
    if (!there.empty()) {
        found.passes = spread_of(each, [&](const compared_run& run) { return static_cast<double>(*epoch_at(run, value) + 1); }).median;
    }
    if (of.simulated) {
        return found;
    }
    const std::vector<double> speed_ups = ratios(serial.fastest, seconds);
    found.speed_up = median(speed_ups);
    found.speed_up_interval = bootstrap_of_median(speed_ups);
    if (!there.empty()) {
        found.seconds_to_target = median(there);
        found.seconds_to_target_interval = bootstrap_of_median(there);
        const std::vector<double> to_target = ratios(serial.soonest, there);
        found.speed_up_to_target = median(to_target);
        if (std::isfinite(found.speed_up_to_target)) {
            found.speed_up_to_target_interval = bootstrap_of_median(to_target);
        }
    }
    return found;
}

std::string sentence_of(const comparison& of, const verdict& found) {
    const std::string target = fmt::format("a gap of {:.3g} %", 100 * of.target);
    if (!found.first) {
        return fmt::format("no clear winner: no contender reached {} in every round; allow more --epochs or a larger --target", target);
    }
    const std::string first = of.contenders[*found.first].name();
    if (!found.next) {
        return fmt::format("{}{} alone reached {} in every round{}", found.clear ? "winner: " : "no clear winner: ", first, target,
                           found.clear ? "" : fmt::format(", and fewer than {} rounds are too few to say more", least_for_interval));
    }
    const std::string next = of.contenders[*found.next].name();
    if (!found.ratio_interval) {
        return fmt::format("no clear winner: {} is soonest at {}, {:.2f} times as fast as {}, but {} {} cannot bound the spread; give "
                           "--repeat {} or more",
                           first, target, found.ratio, next, of.rounds(), of.rounds() == 1 ? "round" : "rounds", least_for_interval);
    }
    const std::string interval = fmt::format("95 % interval {:.2f} to {:.2f}", found.ratio_interval->low, found.ratio_interval->high);
    return found.clear
               ? fmt::format("winner: {}, soonest at {}: {:.2f} times as fast as {} ({}), which comes nearest to it", first, target,
                             found.ratio, next, interval)
               : fmt::format("no clear winner: {} is soonest at {}, but its lead over {} does not exceed the spread: {:.2f} times as "
                             "fast ({})",
                             first, target, next, found.ratio, interval);
}

} // namespace

std::optional<std::size_t> epoch_at(const compared_run& run, double value) {
    const auto reached = std::ranges::find_if(run.objective_values, [value](double at) { return at <= value; });
    return reached == run.objective_values.end() ? std::nullopt
                                                 : std::optional(static_cast<std::size_t>(reached - run.objective_values.begin()));
}

double comparison::best() const {
    double least = std::numeric_limits<double>::infinity();
    for (const contender& each : contenders) {
        for (const compared_run& run : each.runs) {
            least = std::min(least, std::ranges::min(run.objective_values));
        }
    }
    return least;
}

double target_value(const comparison& of) { return of.reference() * (1 + of.target); }

std::vector<standing> standings(const comparison& of) {
    const serial_times serial(of);
    std::vector<standing> all;
    for (const contender& each : of.contenders) {
        all.push_back(standing_of(of, each, serial));
    }
    return all;
}

verdict verdict_of(const comparison& of) {
    std::vector<std::vector<double>> times;
    verdict found;
    if (of.simulated) {
        found.sentence = "no verdict: the workers are virtual, so that passes and staleness can be compared, but not times";
        return found;
    }
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < of.contenders.size(); ++i) {
        times.push_back(seconds_to(of.contenders[i], target_value(of)));
        if (!times[i].empty() && median(times[i]) < least) {
            least = median(times[i]);
            found.first = i;
        }
    }
    double hardest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; found.first && i < times.size(); ++i) {
        if (i == *found.first || times[i].empty()) {
            continue;
        }
        const std::vector<double> lead = ratios(times[i], times[*found.first]);
        const auto bounds = bootstrap_of_median(lead);
        const double low = bounds ? bounds->low : median(lead);
        if (low < hardest) {
            hardest = low;
            found.next = i;
            found.ratio = median(lead);
            found.ratio_interval = bounds;
        }
    }
    found.clear = found.first && (found.next ? found.ratio_interval && found.ratio_interval->low > 1 : of.rounds() >= least_for_interval);
    found.sentence = sentence_of(of, found);
    return found;
}

} // namespace peccary::program
