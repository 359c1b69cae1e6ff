#include "report/closing.hpp"

#include "report/delay_model.hpp"
#include "report/effective_momentum.hpp"
#include "report/median.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

namespace peccary::program {

namespace {

std::string evaluation_text(const evaluation& of) {
    std::string text = fmt::format("loss {:.6g}", of.mean_loss);
    if (!std::isnan(of.accuracy)) {
        text += fmt::format(", accuracy {:.4f}", of.accuracy);
    }
    if (!std::isnan(of.mean_squared_error)) {
        text += fmt::format(", mean squared error {:.6g}", of.mean_squared_error);
    }
    return text;
}

/// `drops`: with the updates that were given up.
std::vector<std::string> worker_row(const std::string& name, const worker_statistics& worker, bool drops) {
    const histogram& staleness = worker.staleness;
    const auto of_staleness = [&](const std::string& text) { return staleness.samples() == 0 ? "-" : text; };
    std::vector<std::string> row{name,
                                 grouped(worker.updates),
                                 of_staleness(fmt::format("{:.2f}", staleness.mean())),
                                 of_staleness(grouped(staleness.quantile(0.5))),
                                 of_staleness(grouped(staleness.quantile(0.99))),
                                 of_staleness(grouped(staleness.maximum())),
                                 grouped(worker.waits.retries),
                                 grouped(worker.waits.contended)};
    if (drops) {
        row.push_back(grouped(worker.waits.dropped));
    }
    return row;
}

std::vector<std::string> time_row(const std::string& name, const worker_statistics& worker) {
    const worker_times parts = worker.times();
    return {name,
            duration(parts.computing),
            duration(parts.locks),
            duration(parts.barriers),
            duration(parts.retrying),
            duration(parts.merging),
            duration(parts.idle)};
}

/// What exact mode knows beyond sampled mode, of all workers together; distances are total
/// variations from the first row.
std::string exact_staleness_table(const worker_statistics& all) {
    const distribution measured = distribution_of(all.staleness);
    std::vector<std::vector<std::string>> rows{{"every update", "samples", "mean", "p50", "p90", "p99", "max", "distance"}};
    const auto add = [&](const char* name, const histogram& of, const std::string& distance) {
        if (of.samples() > 0) {
            rows.push_back({name, grouped(of.samples()), fmt::format("{:.2f}", of.mean()), grouped(of.quantile(0.5)),
                            grouped(of.quantile(0.9)), grouped(of.quantile(0.99)), grouped(of.maximum()), distance});
        }
    };
    add("staleness", all.staleness, "-");
    add("as sampled", all.as_sampled, fmt::format("{:.4f}", total_variation(measured, distribution_of(all.as_sampled))));
    add("overlap", all.overlap, "-");
    for (const fitted_model& fit : fits_to(measured)) {
        rows.push_back({fmt::format("{} fit", fit.model.name), "-", fmt::format("{:.2f}", fit.mean), "-", "-", "-", "-",
                        fmt::format("{:.4f}", fit.total_variation)});
    }
    return table(rows);
}

/// Of each layer that was watched, how its reads went and how stale it was; empty if none was.
std::string blocks_table(const diagnosis& found) {
    std::vector<std::vector<std::string>> rows{{"block", "reads", "torn", "staleness mean", "p50", "p99", "max"}};
    for (const block_diagnosis& block : found.blocks) {
        if (block.reads.reads > 0) {
            const histogram& staleness = block.reads.staleness;
            rows.push_back({block.name, grouped(block.reads.reads), fmt::format("{:.3g} %", 100 * block.reads.torn_fraction()),
                            fmt::format("{:.2f}", staleness.mean()), grouped(staleness.quantile(0.5)), grouped(staleness.quantile(0.99)),
                            grouped(staleness.maximum())});
        }
    }
    return rows.size() > 1 ? table(rows) : std::string();
}

std::string diagnosis_text(const diagnosis& found) {
    const auto row = [](const std::string& name, std::size_t features, const histogram& delays) -> std::vector<std::string> {
        return {name,
                grouped(features),
                fmt::format("{:.2f}", delays.mean()),
                grouped(delays.quantile(0.5)),
                grouped(delays.quantile(0.99)),
                grouped(delays.maximum())};
    };
    std::string text = fmt::format("lost updates: {} of {} adds to a coordinate ({:.3g} %)\n\n", grouped(found.lost), grouped(found.adds),
                                   100 * found.lost_fraction()) +
                       table({{"coordinates", "features", "delay mean", "p50", "p99", "max"},
                              row("hot", found.hot_features, found.hot),
                              row("cold", found.features - found.hot_features, found.cold)});
    if (found.reads.reads > 0) {
        text += fmt::format("\ntorn reads: {} of {} ({:.3g} %)\n", grouped(found.reads.torn), grouped(found.reads.reads),
                            100 * found.reads.torn_fraction());
    }
    if (const std::string blocks = blocks_table(found); !blocks.empty()) {
        text += "\n" + blocks;
    }
    return text;
}

} // namespace

std::string closing_table(const run_facts& facts) {
    const epoch_facts& last = facts.last;
    const auto line = [](std::string_view name, const std::string& value) { return fmt::format("{:<12}{}\n", name, value); };
    const worker_statistics all = facts.merged();
    // the workers' tallies are of this process only
    const double seconds = std::max(last.train_seconds - facts.train_seconds_before, 1e-9);
    const double nonzeros_per_row = static_cast<double>(facts.nonzeros) / static_cast<double>(facts.all_rows);

    const std::string executor = facts.delay ? "simulated, with delay " + *facts.delay : facts.executor;
    std::string text = fmt::format("{} by {}, {} ({}), {} {}{}\n", facts.objective, facts.scheme,
                                   workers_text(facts.workers.size(), facts.delay.has_value()), executor, last.epoch,
                                   last.epoch == 1 ? "epoch" : "epochs", facts.stopped_early ? ", stopped early" : "");
    text += line("load", fmt::format("{} ({} rows to train on, {} features, {} nonzeros a row)", duration(facts.load_seconds),
                                     grouped(facts.rows), grouped(facts.features), rate(nonzeros_per_row)));
    text += line("step", fmt::format("{:.6g}{}", facts.step,
                                     facts.step_calibrated ? ", chosen on a sample in " + duration(facts.calibration_seconds) : ""));
    if (!facts.rule.empty()) {
        text += line("rule", facts.rule);
    }
    if (const auto damped = mean_damping(all)) {
        text += line("damping", fmt::format("{}: steps are multiplied by {:.4g} on average", facts.damping, *damped));
    }
    if (const auto momentum = effective_momentum_of(facts.momentum_of_rule, distribution_of(all.staleness));
        momentum && momentum->total() > 0) {
        text += line("momentum", fmt::format("{:.4g} to first order: {:.4g} of the rule, {:.4g} implied by the mean staleness",
                                             momentum->total(), momentum->of_rule, momentum->implied));
    }
    text += line(facts.delay ? "simulate" : "train",
                 fmt::format("{} ({} updates/s, {} nonzeros/s{})", duration(last.train_seconds),
                             rate(static_cast<double>(all.updates) / seconds),
                             rate(static_cast<double>(all.examples) * nonzeros_per_row / seconds), facts.delay ? ", on one core" : ""));
    text += line("objective", fmt::format("{:.8g}", last.objective_value));
    text += line("training", evaluation_text(last.training));
    if (last.validation) {
        text += line("validation", evaluation_text(*last.validation));
    }
    if (last.test) {
        text += line("test", evaluation_text(*last.test));
    }

    std::vector<std::vector<std::string>> rows{{"worker", "updates", "staleness mean", "p50", "p99", "max", "retries", "contended"}};
    const bool drops = all.waits.dropped > 0;
    if (drops) {
        rows[0].emplace_back("dropped");
    }
    std::vector<std::vector<std::string>> times{{"worker", "computing", "locks", "barriers", "retrying (estimate)", "merging", "idle"}};
    constexpr std::size_t most_rows = 128;
    for (std::size_t worker = 0; worker < facts.workers.size() && facts.workers.size() <= most_rows; ++worker) {
        rows.push_back(worker_row(std::to_string(worker), facts.workers[worker], drops));
        times.push_back(time_row(std::to_string(worker), facts.workers[worker]));
    }
    if (facts.workers.size() > 1) {
        rows.push_back(worker_row("all", all, drops));
        times.push_back(time_row("all", all));
    }
    text += "\n" + table(rows);
    if (!facts.delay) { // virtual workers have no time of their own
        text += "\n" + table(times);
    }
    if (all.overlap.maximum() > 0) {
        text += "\n" + exact_staleness_table(all);
    }
    if (facts.diagnosed) {
        text += "\n" + diagnosis_text(*facts.diagnosed);
    }
    return text;
}

std::string repeat_table(std::span<const run_facts> runs) {
    std::vector<std::vector<std::string>> rows{{fmt::format("{} runs", runs.size()), "median", "least", "greatest"}};
    const auto add = [&](const char* name, const std::function<double(const run_facts&)>& of, const char* form) {
        std::vector<double> values;
        for (const run_facts& run : runs) {
            values.push_back(of(run));
        }
        if (std::isnan(values.front())) {
            return; // does not apply
        }
        const auto [least, greatest] = std::ranges::minmax(values);
        rows.push_back({name, fmt::format(fmt::runtime(form), median(values)), fmt::format(fmt::runtime(form), least),
                        fmt::format(fmt::runtime(form), greatest)});
    };
    const double none = std::nan("");
    add(
        "objective value", [](const run_facts& run) { return run.last.objective_value; }, "{:.8g}");
    add(
        "training accuracy", [](const run_facts& run) { return run.last.training.accuracy; }, "{:.4f}");
    add(
        "validation accuracy", [&](const run_facts& run) { return run.last.validation ? run.last.validation->accuracy : none; }, "{:.4f}");
    add(
        "test accuracy", [&](const run_facts& run) { return run.last.test ? run.last.test->accuracy : none; }, "{:.4f}");
    add(
        "train seconds", [](const run_facts& run) { return run.last.train_seconds; }, "{:.4f}");
    add(
        "staleness mean",
        [](const run_facts& run) {
            const histogram staleness = run.merged().staleness;
            return staleness.samples() > 0 ? staleness.mean() : std::nan("");
        },
        "{:.2f}");
    return table(rows);
}

} // namespace peccary::program
