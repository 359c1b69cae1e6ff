// The sections of staleness: of updates, and of hot and cold coordinates apart.
#include "page/histogram_chart.hpp"
#include "page/markup.hpp"
#include "page/sections.hpp"
#include "report/delay_model.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace peccary::program {

namespace {

using rows_of_text = std::vector<std::vector<std::string>>;

/// More bars beside each other cannot be told apart.
constexpr std::size_t most_delay_bars = 8;

std::vector<std::string> delay_row(const std::string& name, const distribution& of) {
    return {name,
            grouped(of.samples),
            fmt::format("{:.2f}", of.mean),
            grouped(of.quantile(0.5)),
            grouped(of.quantile(0.9)),
            grouped(of.quantile(0.99)),
            grouped(of.maximum)};
}

struct delay_chart {
    std::string id;
    std::string heading;
    std::string caption; ///< of the table of the distributions
    std::string x_title;
    std::vector<named_distribution> shown;
    std::vector<model_line> models = {};
    rows_of_text more = {}; ///< rows of that table
};

std::string delay_figure(const delay_chart& of, const std::string& more_tables = {}) {
    rows_of_text summary{{"", "samples", "mean", "p50", "p90", "p99", "max"}};
    rows_of_text shares{{of.x_title}};
    for (const named_distribution& each : of.shown) {
        summary.push_back(delay_row(each.name, each.values));
        shares[0].push_back(each.name);
    }
    summary.insert(summary.end(), of.more.begin(), of.more.end());
    for (const model_line& each : of.models) {
        shares[0].push_back(each.name);
    }
    const std::vector<delay_class> classes = delay_classes(of.shown);
    for (std::size_t place = 0; place < classes.size(); ++place) {
        std::vector<std::string> row{class_name(classes[place])};
        const auto add = [&](double share) { row.push_back(fmt::format("{:.4g} %", 100 * share)); };
        std::ranges::for_each(classes[place].shares, add);
        for (const model_line& each : of.models) {
            add(each.shares[place]);
        }
        shares.push_back(std::move(row));
    }
    return html_figure(of.heading, draw_histogram(of.id, of.heading + ", as shares of the samples", of.x_title, of.shown, of.models),
                       html_details("Figures: " + of.heading,
                                    html_table(of.caption, summary) + html_table("Shares of the samples", shares) + more_tables));
}

/// Each worker's staleness, and over it the models with the mean of all workers.
std::string staleness_figure(const charted_run& run, std::size_t number, const distribution& all) {
    delay_chart chart{.id = "staleness-" + std::to_string(number),
                      .heading = run.label,
                      .caption = "Distribution",
                      .x_title = "updates by others between read and apply",
                      .shown = {}};
    for (const charted_worker& each : run.by_worker) {
        chart.shown.push_back({.name = each.name, .values = each.figures.staleness});
    }
    if (chart.shown.size() > most_delay_bars) {
        chart.shown = {{.name = "all " + std::to_string(run.by_worker.size()) + " workers", .values = all}};
    }
    rows_of_text fits{{"model", "mean", "distance", "Kolmogorov distance", "log-likelihood"}};
    for (const fitted_model& fit : fits_to(all)) {
        model_line line{.name = fmt::format("{} (fit {:.2f})", fit.model.name, fit.total_variation), .shares = {}};
        for (const delay_class& each : delay_classes(chart.shown)) {
            line.shares.push_back(fit.share(each.first, each.last));
        }
        chart.models.push_back(std::move(line));
        fits.push_back({std::string(fit.model.name), fmt::format("{:.2f}", fit.mean), fmt::format("{:.4f}", fit.total_variation),
                        fmt::format("{:.4f}", fit.kolmogorov), fmt::format("{:.4f}", fit.log_likelihood)});
    }
    return delay_figure(chart, fits.size() > 1 ? html_table("Models with the mean of all workers", fits) : std::string());
}

std::string overlap_figure(const charted_run& run, std::size_t number, const worker_figures& all) {
    return delay_figure({.id = "overlap-" + std::to_string(number),
                         .heading = run.label + ": overlap",
                         .caption = "Staleness and overlap",
                         .x_title = "updates by others",
                         .shown = {{.name = "between read and apply", .values = all.staleness},
                                   {.name = "under way at the same time", .values = all.overlap}}});
}

std::string signed_text(double value) { return fmt::format("{:+.10g}", value); }

/// What sampled mode would have measured, against every update of the same run.
std::string as_sampled_figure(const charted_run& run, std::size_t number, const worker_figures& all) {
    const auto difference = [&](auto figure) {
        return signed_text(static_cast<double>(figure(all.as_sampled)) - static_cast<double>(figure(all.staleness)));
    };
    const auto quantile = [&](double fraction) { return difference([&](const distribution& of) { return of.quantile(fraction); }); };
    return delay_figure(
        {.id = "sampled-" + std::to_string(number),
         .heading = fmt::format("{}: the sampled clock (distance {:.4f})", run.label, total_variation(all.staleness, all.as_sampled)),
         .caption = "Every update, and those that sampled mode sees",
         .x_title = "updates by others between read and apply",
         .shown = {{.name = "every update", .values = all.staleness}, {.name = "as sampled", .values = all.as_sampled}},
         .more = {{"difference", "-", fmt::format("{:+.2f}", all.as_sampled.mean - all.staleness.mean), quantile(0.5), quantile(0.9),
                   quantile(0.99), difference([](const distribution& of) { return of.maximum; })}}});
}

} // namespace

std::string staleness_section(const page_content& of) {
    std::string figures;
    bool exact = false;
    for (std::size_t i = 0; i < of.runs.size(); ++i) {
        const charted_run& run = of.runs[i];
        const worker_figures all = all_workers(run);
        if (all.staleness.bins.empty() || all.staleness.maximum == 0) {
            continue; // not measured, kept without bins, or never stale
        }
        figures += staleness_figure(run, i, all.staleness);
        if (all.overlap.samples > 0) {
            exact = true;
            figures += overlap_figure(run, i, all);
        }
        if (all.overlap.samples > 0 && all.as_sampled.samples > 0) {
            figures += as_sampled_figure(run, i, all);
        }
    }
    if (figures.empty()) {
        return figures;
    }
    const std::string remark = exact ? " Of runs with every update measured also overlap, and what sampling would have seen; distances are "
                                       "total variations, from 0 (the same) to 1."
                                     : "";
    return "<section id=\"staleness\"><h2>Staleness</h2>\n<p>Of the sampled updates of each worker. Classes double in width. Lines are "
           "models "
           "with the mean of all workers, and their distance from what was measured. Runs without any staleness are left out." +
           remark + "</p>\n<div class=\"grid-of-charts\">\n" + figures + "</div></section>\n";
}

std::string coordinates_section(const page_content& of) {
    std::string figures;
    for (std::size_t i = 0; i < of.runs.size(); ++i) {
        const auto& found = of.runs[i].diagnosis;
        if (found && found->hot && found->cold && !found->hot->bins.empty()) {
            figures += delay_figure({.id = "coordinates-" + std::to_string(i),
                                     .heading = of.runs[i].label,
                                     .caption = "Distribution",
                                     .x_title = "adds to the coordinate between its read and its add",
                                     .shown = {{.name = "hot", .values = *found->hot}, {.name = "cold", .values = *found->cold}}});
        }
    }
    return figures.empty() ? figures
                           : "<section id=\"coordinates\"><h2>Hot and cold coordinates</h2>\n<p>Hot ones are the most frequent, which make "
                             "up half of the "
                             "nonzeros. Counted in diagnosed runs, which are several times slower.</p>\n<div class=\"grid-of-charts\">\n" +
                                 figures + "</div></section>\n";
}

} // namespace peccary::program
