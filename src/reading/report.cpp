#include "reading/report.hpp"

#include "input/read_text.hpp"
#include "output/text_file.hpp"
#include "page/standalone.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "reading/read_benchmarks.hpp"
#include "reading/read_log.hpp"
#include "report/median.hpp"
#include "report/standings.hpp"
#include "report/text.hpp"
#include "system/outputs.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

/// A comparison is one object over many lines, a log one object a line.
std::optional<comparison> comparison_in(const std::string& path) {
    const std::string text = input::read_text(path);
    if (!text.starts_with("{\n")) {
        return std::nullopt;
    }
    return comparison_from(text, path);
}

/// What must be the same for objective values to be compared.
void require_same_problem(const charted_run& first, const charted_run& other, const std::string& first_path, const std::string& path) {
    for (const char* const name : {"objective", "l2", "l1", "bias", "class-weight", "layers", "activation", "output", "normalize",
                                   "data: training_rows", "data: nonzeros", "data: labels"}) {
        const json mine = first.facts->value(name, json());
        const json others = other.facts->value(name, json());
        if (mine != others) {
            throw data_error(
                fmt::format("{}: its runs have {} {}, but those of {} have {}: their objective values do not mean the same; make "
                            "a report of each",
                            path, name, others.dump(), first_path, mine.dump()));
        }
    }
}

/// Speed-ups of time per pass, if there are runs with one worker and runs with more: medians over
/// the runs of a scheme and number of workers.
std::vector<scaling_line> scaling_of(const std::vector<charted_run>& runs) {
    std::map<std::string, std::map<unsigned, std::vector<double>>> seconds;
    double serial = std::numeric_limits<double>::infinity();
    bool several = false;
    for (const charted_run& run : runs) {
        if (run.finished && !run.simulated && !run.points.empty() && run.points.back().seconds > 0) {
            seconds[run.scheme][run.workers].push_back(run.points.back().seconds / run.points.back().passes);
            several = several || run.workers > 1;
        }
    }
    for (const auto& [scheme, by_workers] : seconds) {
        if (const auto one = by_workers.find(1); one != by_workers.end()) {
            serial = std::min(serial, median(one->second));
        }
    }
    std::vector<scaling_line> lines;
    if (!several || !std::isfinite(serial)) {
        return lines;
    }
    for (const auto& [scheme, by_workers] : seconds) {
        lines.push_back({.scheme = scheme, .points = {}});
        for (const auto& [workers, values] : by_workers) {
            lines.back().points.push_back({.workers = workers, .speed_up = serial / median(values), .bounds = std::nullopt});
        }
    }
    return lines;
}

/// As of logs, from the median ratios within rounds.
std::vector<scaling_line> scaling_of(const comparison& of, const std::vector<standing>& found) {
    std::map<std::string, scaling_line> lines;
    bool several = false;
    if (of.simulated) {
        return {};
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        const contender& each = of.contenders[i];
        several = several || each.workers > 1;
        lines[each.scheme].scheme = each.scheme;
        lines[each.scheme].points.push_back({.workers = each.workers, .speed_up = found[i].speed_up, .bounds = found[i].speed_up_interval});
    }
    std::vector<scaling_line> all;
    for (auto& [scheme, line] : lines) {
        std::ranges::sort(line.points, {}, &scaling_point::workers);
        all.push_back(std::move(line));
    }
    return several ? all : std::vector<scaling_line>();
}

void add_simulation_remark(page_content& content) {
    if (std::ranges::any_of(content.runs, &charted_run::simulated)) {
        content.remarks.emplace_back(
            "Runs with virtual workers are simulated on one core: what they show of staleness and of passes holds for "
            "workers with such delays; their seconds are those of the simulation, and say nothing of speed.");
    }
}

charted_run median_run(const comparison& of, const contender& each) {
    std::vector<std::size_t> order;
    for (std::size_t round = 0; round < each.runs.size(); ++round) {
        order.push_back(round);
    }
    std::ranges::sort(order, {}, [&](std::size_t round) { return each.runs[round].seconds.back(); });
    const compared_run& run = each.runs[order[(order.size() - 1) / 2]];

    charted_run shown;
    shown.label = each.name();
    shown.scheme = each.scheme;
    shown.workers = each.workers;
    shown.simulated = each.simulated;
    shown.finished = true;
    for (std::size_t epoch = 0; epoch < run.seconds.size(); ++epoch) {
        shown.points.push_back(
            {.passes = static_cast<double>(epoch + 1), .seconds = run.seconds[epoch], .objective_value = run.objective_values[epoch]});
    }
    for (const double accuracy : {run.train_accuracy, run.validation_accuracy, run.test_accuracy}) {
        shown.accuracy = std::isnan(accuracy) ? shown.accuracy : accuracy;
    }
    for (const worker_figures& worker : run.workers) {
        shown.by_worker.push_back({.name = "worker " + std::to_string(shown.by_worker.size()), .figures = worker});
    }
    if (each.losses) {
        shown.diagnosis = {.lost_fraction = each.losses->fraction(), .hot = each.losses->hot, .cold = each.losses->cold};
    }
    json facts{{"scheme", each.scheme}, {"threads", each.workers}, {"step", each.step}, {"seed", run.seed}};
    for (const auto& [name, value] : of.settings->items()) {
        if (!facts.contains(name) && name != "schemes") {
            facts[name] = value;
        }
    }
    for (const auto& [name, value] : of.data->items()) {
        facts["data: " + name] = value;
    }
    for (const auto& [name, value] : of.machine->items()) {
        facts["machine: " + name] = value;
    }
    facts["peccary"] = of.version;
    shown.facts = hold(std::move(facts));
    return shown;
}

/// `others` are the files that are not to be overwritten.
void write_charts(const std::vector<standalone_chart>& charts, const std::string& directory, const named_paths& others) {
    std::error_code met;
    std::filesystem::create_directory(directory, met);
    if (met) {
        throw_io_error(directory, "make the directory", met.value());
    }
    named_paths outputs;
    for (const standalone_chart& chart : charts) {
        outputs.emplace_back("--charts", (std::filesystem::path(directory) / (chart.name + ".svg")).string());
    }
    check_outputs(others, outputs);
    for (std::size_t i = 0; i < charts.size(); ++i) {
        text_file file(outputs[i].second);
        file.write(charts[i].svg);
        file.commit();
    }
}

} // namespace

page_content content_of(const comparison& of) {
    page_content content{.title = "Comparison of update schemes", .remarks = {}, .runs = {}, .scaling = scaling_of(of, standings(of))};
    content.remarks.push_back(verdict_of(of).sentence + ".");
    content.remarks.push_back(
        fmt::format("{} {} of {} over {} rows and {} nonzeros, {} passes. Shown of each contender is the run whose time is the "
                    "median; speed-ups are medians of ratios within rounds.",
                    of.rounds(), of.rounds() == 1 ? "round" : "rounds", of.objective, grouped(of.rows), grouped(of.nonzeros), of.epochs));
    for (const contender& each : of.contenders) {
        content.runs.push_back(median_run(of, each));
    }
    add_simulation_remark(content);
    return content;
}

page_content content_of(const std::vector<std::string>& paths) {
    page_content content{.title = "Training runs", .remarks = {}, .runs = {}, .scaling = {}};
    for (const std::string& path : paths) {
        if (const auto compared = comparison_in(path)) {
            if (paths.size() > 1) {
                throw data_error(path + ": is a comparison, which has a page of its own; give it alone, or give logs only");
            }
            return content_of(*compared);
        }
        for (charted_run& run : read_log(path)) {
            if (!content.runs.empty()) {
                require_same_problem(content.runs.front(), run, paths.front(), path);
            }
            run.label += " (" + path + ")";
            content.runs.push_back(std::move(run));
        }
    }
    const auto fact = [&](const char* name) { return content.runs.front().facts->value(name, json()); };
    content.remarks.push_back(fmt::format(
        "{} {} of {} over {} rows to train on.", content.runs.size(), content.runs.size() == 1 ? "run" : "runs",
        fact("objective").is_string() ? fact("objective").get<std::string>() : "an objective", fact("data: training_rows").dump()));
    content.scaling = scaling_of(content.runs);
    add_simulation_remark(content);
    return content;
}

namespace {

std::string page_of(const std::vector<std::string>& paths) {
    const auto first = std::ranges::find_if(paths, holds_benchmarks);
    if (first == paths.end()) {
        return html_page(content_of(paths));
    }
    std::vector<benchmark_question> questions;
    for (const std::string& path : paths) {
        if (!holds_benchmarks(path)) {
            throw data_error(
                fmt::format("{}: has no benchmarks, but {} has; give either benchmarks or logs, and make a page of each", path, *first));
        }
        questions.push_back(read_benchmarks(path));
    }
    return html_page(questions);
}

} // namespace

void report(const std::vector<std::string>& paths, const std::string& output, const std::string& charts) {
    named_paths inputs;
    for (const std::string& path : paths) {
        inputs.emplace_back("the log " + path, path);
    }
    check_outputs(inputs, {{"--output", output}});
    const std::string html = page_of(paths);
    if (!charts.empty()) {
        inputs.emplace_back("--output", output);
        write_charts(standalone_charts(html), charts, inputs);
    }
    text_file file(output);
    file.write(html);
    file.commit();
}

} // namespace peccary::program
