// The sections of staleness: of updates, and of hot and cold coordinates apart.
#include "page/histogram_chart.hpp"
#include "page/markup.hpp"
#include "page/sections.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace peccary::program {

namespace {

using rows_of_text = std::vector<std::vector<std::string>>;

/// More bars beside each other cannot be told apart.
constexpr std::size_t most_bars = 8;

std::vector<std::string> delay_row(const std::string& name, const distribution& of) {
    return {name,
            grouped(of.samples),
            fmt::format("{:.2f}", of.mean),
            grouped(of.quantile(0.5)),
            grouped(of.quantile(0.9)),
            grouped(of.quantile(0.99)),
            grouped(of.maximum)};
}

std::string delay_figure(const std::string& id, const std::string& heading, const std::string& x_title,
                         const std::vector<named_distribution>& of) {
    rows_of_text summary{{"", "samples", "mean", "p50", "p90", "p99", "max"}};
    rows_of_text shares{{x_title}};
    for (const named_distribution& each : of) {
        summary.push_back(delay_row(each.name, each.values));
        shares[0].push_back(each.name);
    }
    for (const delay_class& each : delay_classes(of)) {
        std::vector<std::string> row{class_name(each)};
        for (const double share : each.shares) {
            row.push_back(fmt::format("{:.4g} %", 100 * share));
        }
        shares.push_back(std::move(row));
    }
    return html_figure(
        heading, draw_histogram(id, heading + ", as shares of the samples", x_title, of),
        html_details("Figures: " + heading, html_table("Distribution", summary) + html_table("Shares of the samples", shares)));
}

} // namespace

std::string staleness_section(const page_content& of) {
    std::string figures;
    for (std::size_t i = 0; i < of.runs.size(); ++i) {
        const charted_run& run = of.runs[i];
        std::vector<named_distribution> shown;
        for (const charted_worker& each : run.by_worker) {
            shown.push_back({.name = each.name, .values = each.figures.staleness});
        }
        const distribution all = all_workers(run).staleness;
        if (all.bins.empty() || all.maximum == 0) {
            continue; // not measured, kept without bins, or never stale
        }
        if (shown.size() > most_bars) {
            shown = {{.name = "all " + std::to_string(run.by_worker.size()) + " workers", .values = all}};
        }
        figures += delay_figure("staleness-" + std::to_string(i), run.label, "updates by others between read and apply", shown);
    }
    return figures.empty()
               ? figures
               : "<section id=\"staleness\"><h2>Staleness</h2>\n<p>Of the sampled updates of each worker. Classes double in width. "
                 "Runs without any staleness are left out.</p>\n<div class=\"grid-of-charts\">\n" +
                     figures + "</div></section>\n";
}

std::string coordinates_section(const page_content& of) {
    std::string figures;
    for (std::size_t i = 0; i < of.runs.size(); ++i) {
        const auto& found = of.runs[i].diagnosis;
        if (found && found->hot && found->cold && !found->hot->bins.empty()) {
            figures +=
                delay_figure("coordinates-" + std::to_string(i), of.runs[i].label, "adds to the coordinate between its read and its add",
                             {{.name = "hot", .values = *found->hot}, {.name = "cold", .values = *found->cold}});
        }
    }
    return figures.empty() ? figures
                           : "<section id=\"coordinates\"><h2>Hot and cold coordinates</h2>\n<p>Hot ones are the most frequent, which make "
                             "up half of the "
                             "nonzeros. Counted in diagnosed runs, which are several times slower.</p>\n<div class=\"grid-of-charts\">\n" +
                                 figures + "</div></section>\n";
}

} // namespace peccary::program
