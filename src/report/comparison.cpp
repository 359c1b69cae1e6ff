#include "report/comparison.hpp"

#include "report/machine.hpp"
#include "report/median.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace peccary::program {

namespace {

double seconds_of(const compared_run& run) { return run.seconds.back(); }

/// Epochs until a run was near enough, or nothing.
std::optional<std::size_t> epochs_to(const compared_run& run, double value) {
    const auto reached = std::ranges::find_if(run.objective_values, [value](double at) { return at <= value; });
    return reached == run.objective_values.end() ? std::nullopt
                                                 : std::optional(static_cast<std::size_t>(reached - run.objective_values.begin()));
}

/// The figures of one contender, medians over the rounds. A contender that misses the target in a round has no figures for it.
struct figures {
    double seconds_per_pass = 0;
    double least_seconds = 0;
    double greatest_seconds = 0;
    double speed_up = 0;          ///< time per pass against the fastest serial contender's
    double passes = std::nan(""); ///< to the target
    double seconds_to_target = std::nan("");
    double speed_up_to_target = std::nan(""); ///< against the serial contender that is soonest there
    double gap = 0;                           ///< at the end, to the best value of all
    worker_statistics statistics;
};

class summary {
public:
    explicit summary(const comparison& of) : of_(&of), value_(of.best() * (1 + of.target)) {
        const std::size_t rounds = of.contenders.front().runs.size();
        for (std::size_t round = 0; round < rounds; ++round) {
            double fastest = std::numeric_limits<double>::infinity();
            double soonest = std::numeric_limits<double>::infinity();
            for (const contender& each : of.contenders) {
                if (each.workers == 1) {
                    const compared_run& run = each.runs[round];
                    fastest = std::min(fastest, seconds_of(run));
                    if (const auto epochs = epochs_to(run, value_)) {
                        soonest = std::min(soonest, run.seconds[*epochs]);
                    }
                }
            }
            fastest_serial_.push_back(fastest);
            soonest_serial_.push_back(soonest);
        }
    }

    figures of(const contender& each) const {
        std::vector<double> per_pass;
        std::vector<double> speed_ups;
        std::vector<double> passes;
        std::vector<double> to_target;
        std::vector<double> speed_ups_to_target;
        std::vector<double> gaps;
        figures found;
        for (std::size_t round = 0; round < each.runs.size(); ++round) {
            const compared_run& run = each.runs[round];
            per_pass.push_back(seconds_of(run) / static_cast<double>(of_->epochs));
            speed_ups.push_back(fastest_serial_[round] / seconds_of(run));
            gaps.push_back(run.objective_values.back() / of_->best() - 1);
            found.statistics.merge(run.statistics);
            if (const auto epochs = epochs_to(run, value_)) {
                passes.push_back(static_cast<double>(*epochs + 1));
                to_target.push_back(run.seconds[*epochs]);
                speed_ups_to_target.push_back(soonest_serial_[round] / run.seconds[*epochs]);
            }
        }
        found.seconds_per_pass = median(per_pass);
        found.least_seconds = std::ranges::min(per_pass);
        found.greatest_seconds = std::ranges::max(per_pass);
        found.speed_up = median(speed_ups);
        found.gap = median(gaps);
        if (passes.size() == each.runs.size()) {
            found.passes = median(passes);
            found.seconds_to_target = median(to_target);
            found.speed_up_to_target = median(speed_ups_to_target);
        }
        return found;
    }

private:
    const comparison* of_;
    double value_;
    std::vector<double> fastest_serial_; ///< by round
    std::vector<double> soonest_serial_;
};

std::string number_or_dash(double value, int digits) { return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-"; }

nlohmann::ordered_json number_or_null(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

} // namespace

double comparison::best() const {
    double least = std::numeric_limits<double>::infinity();
    for (const contender& each : contenders) {
        for (const compared_run& run : each.runs) {
            least = std::min(least, std::ranges::min(run.objective_values));
        }
    }
    return least;
}

std::string comparison_table(const comparison& of) {
    const summary all(of);
    const std::string target = fmt::format("{:.3g} %", 100 * of.target);
    std::vector<std::vector<std::string>> rows{{"scheme", "workers", "ms a pass", "least", "greatest", "nonzeros/s", "speed-up",
                                                "passes to " + target, "ms to it", "speed-up to it", "gap at end", "staleness mean",
                                                "p99"}};
    bool oversubscribed = false;
    for (const contender& each : of.contenders) {
        const figures found = all.of(each);
        const bool more_than_cores = each.workers > of.cores;
        oversubscribed = oversubscribed || more_than_cores;
        const histogram& staleness = found.statistics.staleness;
        const bool sampled = staleness.samples() > 0;
        rows.push_back({each.scheme, std::to_string(each.workers) + (more_than_cores ? "*" : ""),
                        fmt::format("{:.3f}", 1e3 * found.seconds_per_pass), fmt::format("{:.3f}", 1e3 * found.least_seconds),
                        fmt::format("{:.3f}", 1e3 * found.greatest_seconds),
                        rate(static_cast<double>(of.nonzeros) / found.seconds_per_pass), fmt::format("{:.2f}", found.speed_up),
                        number_or_dash(found.passes, 0), number_or_dash(1e3 * found.seconds_to_target, 2),
                        number_or_dash(found.speed_up_to_target, 2), fmt::format("{:.4f} %", 100 * found.gap),
                        sampled ? fmt::format("{:.1f}", staleness.mean()) : "-", sampled ? grouped(staleness.quantile(0.99)) : "-"});
    }
    std::string text = table(rows);
    const std::string processor = processor_name();
    text += fmt::format("\n{}, {} usable {}\n", processor.empty() ? "unknown processor" : processor, of.cores,
                        of.cores == 1 ? "core" : "cores");
    text += fmt::format(
        "{}, {} rows, {} nonzeros, {} epochs, {} rounds; medians. Speed-ups are ratios to the best run with one worker in the same "
        "round. Gaps are to\nthe best objective value of all runs, {:.8g}.{}\n",
        of.objective, grouped(of.rows), grouped(of.nonzeros), of.epochs, of.contenders.front().runs.size(), of.best(),
        oversubscribed ? " * more workers than usable cores: shows staleness, not speed." : "");
    return text;
}

nlohmann::ordered_json comparison_record(const comparison& of) {
    const summary all(of);
    nlohmann::ordered_json record{{"record", "comparison"},  {"objective", of.objective},    {"rows", of.rows},
                                  {"nonzeros", of.nonzeros}, {"epochs", of.epochs},          {"target", of.target},
                                  {"best", of.best()},       {"machine", describe_machine()}};
    record["contenders"] = nlohmann::ordered_json::array();
    for (const contender& each : of.contenders) {
        const figures found = all.of(each);
        const histogram& staleness = found.statistics.staleness;
        nlohmann::ordered_json runs = nlohmann::ordered_json::array();
        for (const compared_run& run : each.runs) {
            runs.push_back({{"train_seconds", run.seconds}, {"objective_value", run.objective_values}});
        }
        record["contenders"].push_back({{"scheme", each.scheme},
                                        {"threads", each.workers},
                                        {"more_threads_than_cores", each.workers > of.cores},
                                        {"step", each.step},
                                        {"seconds_per_pass", found.seconds_per_pass},
                                        {"speed_up", found.speed_up},
                                        {"passes_to_target", number_or_null(found.passes)},
                                        {"seconds_to_target", number_or_null(found.seconds_to_target)},
                                        {"speed_up_to_target", number_or_null(found.speed_up_to_target)},
                                        {"gap", found.gap},
                                        {"staleness",
                                         {{"mean", staleness.mean()},
                                          {"p50", staleness.quantile(0.5)},
                                          {"p99", staleness.quantile(0.99)},
                                          {"max", staleness.maximum()},
                                          {"samples", staleness.samples()}}},
                                        {"retries", found.statistics.waits.retries},
                                        {"contended", found.statistics.waits.contended},
                                        {"lock_seconds", found.statistics.waits.lock_seconds},
                                        {"barrier_seconds", found.statistics.waits.barrier_seconds},
                                        {"runs", runs}});
    }
    return record;
}

} // namespace peccary::program
