#include "page/sections.hpp"

#include "page/line_chart.hpp"
#include "page/markup.hpp"
#include "report/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace peccary::program {

namespace {

using rows_of_text = std::vector<std::vector<std::string>>;

std::string number_text(double value, const char* form = "{:.8g}") {
    return std::isfinite(value) ? fmt::format(fmt::runtime(form), value) : "-";
}

line_chart progress_chart(const page_content& of, const std::string& id, bool time) {
    line_chart chart{.id = id,
                     .title = std::string("Objective value against ") + (time ? "training time" : "passes over the data") +
                              ", a line for each run; the figures are in the tables below",
                     .x_title = time ? "seconds of training" : "passes over the data",
                     .y_title = "objective value",
                     .toggles = "run",
                     .lines = {}};
    for (std::size_t i = 0; i < of.runs.size(); ++i) {
        chart_line line{.label = of.runs[i].label, .number = i, .points = {}};
        for (const progress_point& point : of.runs[i].points) {
            line.points.push_back({.x = time ? point.seconds : point.passes, .y = point.objective_value});
        }
        chart.lines.push_back(std::move(line));
    }
    return chart;
}

std::string legend(const page_content& of) {
    std::string html = "<ul class=\"legend\">\n";
    for (std::size_t i = 0; i < of.runs.size(); ++i) {
        html += fmt::format(
            "<li><label><input type=\"checkbox\" checked disabled hidden data-toggle=\"{}\"><svg class=\"swatch {}\" viewBox=\"0 0 34 "
            "12\" aria-hidden=\"true\"><path class=\"line\" d=\"M0 6H34\"/></svg><span>{}</span></label></li>\n",
            i, line_class(i), escaped(of.runs[i].label));
    }
    return html + "</ul>\n";
}

/// Of many points the first, the last, and some evenly between.
std::string progress_table(const charted_run& run) {
    constexpr std::size_t most_rows = 40;
    rows_of_text rows{{"pass", "seconds", "objective value"}};
    const std::size_t count = run.points.size();
    const std::size_t shown = std::min(count, most_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        const progress_point& point = run.points[shown == 1 ? 0 : i * (count - 1) / (shown - 1)];
        rows.push_back({number_text(point.passes), number_text(point.seconds, "{:.6g}"), number_text(point.objective_value)});
    }
    const std::string caption = shown < count ? fmt::format("{} of {} evaluations of {}", shown, grouped(count), run.label)
                                              : fmt::format("Evaluations of {}", run.label);
    return html_table(caption, rows);
}

std::string scalar_text(const nlohmann::ordered_json& value) {
    return value.is_null()           ? "-"
           : value.is_string()       ? value.get<std::string>()
           : value.is_number_float() ? number_text(value.get<double>())
                                     : value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

std::string overview_section(const page_content& of) {
    rows_of_text rows{{"run", "passes", "seconds", "ms a pass", "objective value", "accuracy", "staleness mean", "p99", "max", "retries",
                       "waiting", "lost updates"}};
    for (const charted_run& run : of.runs) {
        const worker_figures all = all_workers(run);
        const bool any = !run.points.empty();
        const progress_point last = any ? run.points.back() : progress_point{};
        const bool sampled = all.staleness.samples > 0;
        rows.push_back({run.label + (run.finished ? "" : " (did not end)"), number_text(last.passes), number_text(last.seconds, "{:.4g}"),
                        last.passes > 0 ? fmt::format("{:.4g}", 1e3 * last.seconds / last.passes) : "-",
                        any ? number_text(last.objective_value) : "-", number_text(run.accuracy, "{:.4f}"),
                        sampled ? fmt::format("{:.2f}", all.staleness.mean) : "-", sampled ? grouped(all.staleness.quantile(0.99)) : "-",
                        sampled ? grouped(all.staleness.maximum) : "-", run.finished ? grouped(all.retries) : "-",
                        run.finished ? fmt::format("{:.1f} %", 100 * all.waiting_fraction()) : "-",
                        run.diagnosis ? fmt::format("{:.3g} %", 100 * run.diagnosis->lost_fraction) : "-"});
    }
    return "<section id=\"overview\"><h2>Runs</h2>\n" + html_table("One line for each run", rows) + "</section>\n";
}

std::string progress_section(const page_content& of) {
    const std::string hover = "<p class=\"hover\" aria-hidden=\"true\"></p>\n";
    std::string tables;
    for (const charted_run& run : of.runs) {
        tables += html_details("Figures: " + run.label, progress_table(run));
    }
    return "<section id=\"progress\"><h2>Objective value</h2>\n" + legend(of) + "<div class=\"grid-of-charts\">\n" +
           html_figure("Against time", draw(progress_chart(of, "time", true)), hover) +
           html_figure("Against passes", draw(progress_chart(of, "passes", false)), hover) + "</div>\n" + tables + "</section>\n";
}

std::string scaling_section(const page_content& of) {
    if (of.scaling.empty()) {
        return {};
    }
    line_chart chart{.id = "scaling",
                     .title = "Speed-up against the number of workers, a line for each scheme; dotted: ideal",
                     .x_title = "workers",
                     .y_title = "speed-up",
                     .logarithmic = false,
                     .ideal = true,
                     .toggles = "scheme",
                     .lines = {}};
    rows_of_text rows{{"scheme", "workers", "speed-up", "95 %"}};
    std::string names = "<ul class=\"legend\">\n";
    for (std::size_t i = 0; i < of.scaling.size(); ++i) {
        chart_line line{.label = of.scaling[i].scheme, .number = i, .points = {}};
        for (const scaling_point& point : of.scaling[i].points) {
            line.points.push_back({.x = static_cast<double>(point.workers), .y = point.speed_up});
            rows.push_back({of.scaling[i].scheme, std::to_string(point.workers), fmt::format("{:.3f}", point.speed_up),
                            point.bounds ? fmt::format("{:.3f} to {:.3f}", point.bounds->low, point.bounds->high) : "-"});
        }
        names += fmt::format("<li><label><svg class=\"swatch {}\" viewBox=\"0 0 34 12\" aria-hidden=\"true\"><path class=\"line\" d=\"M0 "
                             "6H34\"/></svg><span>{}</span></label></li>\n",
                             line_class(i), escaped(of.scaling[i].scheme));
        chart.lines.push_back(std::move(line));
    }
    return "<section id=\"speed\"><h2>Scaling</h2>\n<p>Time per pass against that of the fastest run with one worker, whatever its "
           "scheme.</p>\n" +
           names + "</ul>\n<div class=\"grid-of-charts\">\n" +
           html_figure("Speed-up", draw(chart),
                       "<p class=\"hover\" aria-hidden=\"true\"></p>\n" + html_details("Figures: speed-up", html_table("Speed-up", rows))) +
           "</div></section>\n";
}

std::string settings_section(const page_content& of) {
    std::vector<std::string> names;
    for (const charted_run& run : of.runs) {
        for (const auto& [name, value] : run.facts->items()) {
            if (std::ranges::find(names, name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    rows_of_text common{{"setting", "all runs"}};
    rows_of_text differing{{"setting"}};
    for (const charted_run& run : of.runs) {
        differing[0].push_back(run.label);
    }
    for (const std::string& name : names) {
        std::vector<std::string> row{name};
        for (const charted_run& run : of.runs) {
            row.push_back(run.facts->contains(name) ? scalar_text(run.facts->at(name)) : "-");
        }
        const bool same = std::all_of(row.begin() + 1, row.end(), [&](const std::string& value) { return value == row[1]; });
        if (same) {
            common.push_back({name, row[1]});
        } else {
            differing.push_back(std::move(row));
        }
    }
    return "<section id=\"settings\"><h2>Settings, data and machine</h2>\n" +
           (differing.size() > 1 ? html_table("What differs", differing) : std::string()) +
           html_table("What the runs have in common", common) + "</section>\n";
}

} // namespace peccary::program
