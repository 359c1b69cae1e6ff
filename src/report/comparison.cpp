#include "report/comparison.hpp"

#include "report/standings.hpp"
#include "report/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace peccary::program {

namespace {

using rows_of_text = std::vector<std::vector<std::string>>;

std::string number_or_dash(double value, int digits) { return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-"; }

std::string interval_text(const std::optional<interval>& of, int digits, double scale = 1) {
    return of ? fmt::format("{:.{}f}-{:.{}f}", scale * of->low, digits, scale * of->high, digits) : "-";
}

std::string workers_cell(const comparison& of, const contender& each) {
    return std::to_string(each.workers) + (!of.simulated && each.workers > of.cores ? "*" : "");
}

/// How fast.
rows_of_text time_rows(const comparison& of, const std::vector<standing>& found) {
    const std::string target = fmt::format("{:.3g} %", 100 * of.target);
    rows_of_text rows{{"scheme", "workers", "ms a pass", "least", "greatest", "nonzeros/s", "speed-up", "95 %", "passes to " + target,
                       "ms to it", "95 %", "speed-up to it", "95 %"}};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const contender& each = of.contenders[i];
        const standing& its = found[i];
        rows.push_back({each.scheme, workers_cell(of, each), fmt::format("{:.3f}", 1e3 * its.seconds_per_pass.median),
                        fmt::format("{:.3f}", 1e3 * its.seconds_per_pass.least), fmt::format("{:.3f}", 1e3 * its.seconds_per_pass.greatest),
                        rate(static_cast<double>(of.nonzeros) / its.seconds_per_pass.median), fmt::format("{:.2f}", its.speed_up),
                        interval_text(its.speed_up_interval, 2), number_or_dash(its.passes, 0),
                        number_or_dash(1e3 * its.seconds_to_target, 2), interval_text(its.seconds_to_target_interval, 2, 1e3),
                        number_or_dash(its.speed_up_to_target, 2), interval_text(its.speed_up_to_target_interval, 2)});
    }
    return rows;
}

/// The same of a simulation: what there is to compare are passes.
rows_of_text simulation_rows(const comparison& of, const std::vector<standing>& found) {
    rows_of_text rows{
        {"scheme", "virtual workers", fmt::format("passes to {:.3g} %", 100 * of.target), "ms to simulate a pass", "least", "greatest"}};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const spread& seconds = found[i].seconds_per_pass;
        rows.push_back({of.contenders[i].scheme, workers_cell(of, of.contenders[i]), number_or_dash(found[i].passes, 0),
                        fmt::format("{:.3f}", 1e3 * seconds.median), fmt::format("{:.3f}", 1e3 * seconds.least),
                        fmt::format("{:.3f}", 1e3 * seconds.greatest)});
    }
    return rows;
}

/// How good, and why.
rows_of_text result_rows(const comparison& of, const std::vector<standing>& found) {
    const bool test = std::isfinite(found.front().test_accuracy.median);
    const bool validation = std::isfinite(found.front().validation_accuracy.median);
    const bool training = std::isfinite(found.front().train_accuracy.median);
    const auto accuracy_of = [&](const standing& its) {
        return test ? its.test_accuracy : validation ? its.validation_accuracy : its.train_accuracy;
    };
    const bool diagnosed = of.contenders.front().losses.has_value();
    rows_of_text rows{{"scheme", "workers", "step", "objective value", "least", "greatest", "gap at end"}};
    if (training) {
        const char* const name = test ? "test accuracy" : validation ? "validation accuracy" : "training accuracy";
        rows[0].insert(rows[0].end(), {name, "least", "greatest"});
    }
    rows[0].insert(rows[0].end(), {"staleness mean", "p50", "p99", "max", "retries", "waiting"});
    const bool drops = std::ranges::any_of(found, [](const standing& its) { return its.workers.dropped > 0; });
    if (drops) {
        rows[0].emplace_back("dropped");
    }
    if (diagnosed) {
        rows[0].insert(rows[0].end(), {"lost updates", "torn reads"});
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        const contender& each = of.contenders[i];
        const standing& its = found[i];
        std::vector<std::string> row{each.scheme,
                                     workers_cell(of, each),
                                     fmt::format("{:.4g}", each.step),
                                     fmt::format("{:.8g}", its.objective_value.median),
                                     fmt::format("{:.8g}", its.objective_value.least),
                                     fmt::format("{:.8g}", its.objective_value.greatest),
                                     fmt::format("{:.4f} %", 100 * its.gap.median)};
        if (training) {
            const spread accuracy = accuracy_of(its);
            row.insert(row.end(),
                       {number_or_dash(accuracy.median, 4), number_or_dash(accuracy.least, 4), number_or_dash(accuracy.greatest, 4)});
        }
        const distribution& staleness = its.workers.staleness;
        const bool sampled = staleness.samples > 0;
        row.insert(row.end(),
                   {sampled ? fmt::format("{:.1f}", staleness.mean) : "-", sampled ? grouped(staleness.quantile(0.5)) : "-",
                    sampled ? grouped(staleness.quantile(0.99)) : "-", sampled ? grouped(staleness.maximum) : "-",
                    grouped(its.workers.retries), of.simulated ? "-" : fmt::format("{:.1f} %", 100 * its.workers.waiting_fraction())});
        if (drops) {
            row.push_back(grouped(its.workers.dropped));
        }
        if (diagnosed) {
            row.push_back(each.losses ? fmt::format("{:.3g} %", 100 * each.losses->fraction()) : "-");
            const double torn = each.losses ? each.losses->torn_fraction() : std::nan("");
            row.push_back(std::isnan(torn) ? "-" : fmt::format("{:.3g} %", 100 * torn));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string notes(const comparison& of) {
    const bool oversubscribed =
        !of.simulated && std::ranges::any_of(of.contenders, [&](const contender& each) { return each.workers > of.cores; });
    const std::string processor =
        of.machine->value("cpu", nlohmann::ordered_json()).is_string() ? of.machine->at("cpu").get<std::string>() : "";
    std::string text =
        fmt::format("{}, {} usable {}\n", processor.empty() ? "unknown processor" : processor, of.cores, of.cores == 1 ? "core" : "cores");
    text += fmt::format("{}, {} rows, {} nonzeros, {} epochs, {} {}; ", of.objective, grouped(of.rows), grouped(of.nonzeros), of.epochs,
                        of.rounds(), of.rounds() == 1 ? "round" : "rounds");
    const std::string gaps =
        fmt::format("Gaps are to {}, {:.8g}.", of.optimum ? "the optimum given" : "the best objective value of all runs", of.reference());
    if (of.simulated) {
        text += fmt::format(
            "medians. {}\nSimulated: the workers are virtual, with delay {}. Times are those of the simulation on one core, and "
            "say nothing of speed.\n",
            gaps, of.settings->at("delay").get<std::string>());
    } else {
        text +=
            fmt::format("medians, and 95 % bootstrap intervals of them ({} rounds or more). Speed-ups are ratios to the best\nrun with one "
                        "worker in the same round. {} Waiting is for locks, barriers and turns, as a share of the workers' time.\n",
                        least_for_interval, gaps);
    }
    if (const std::string damping = of.settings->value("damping", "none"); damping != "none") {
        text += fmt::format("Steps are damped by staleness: {}.\n", damping);
    }
    if (of.optimum && of.best() < *of.optimum) {
        text += fmt::format("The optimum given is not one: a run reached {:.8g}. Gaps to it are negative or too small.\n", of.best());
    }
    if (of.contenders.front().losses) {
        text += "Lost updates were counted in runs of their own, which are slower and so lose more than the timed ones.\n";
    }
    if (oversubscribed) {
        text += "* more workers than usable cores: shows staleness, not speed.\n";
    }
    return text;
}

} // namespace

std::string comparison_table(const comparison& of) {
    const std::vector<standing> found = standings(of);
    return table(of.simulated ? simulation_rows(of, found) : time_rows(of, found)) + "\n" + table(result_rows(of, found)) + "\n" +
           notes(of) + "\n" + verdict_of(of).sentence + "\n";
}

} // namespace peccary::program
