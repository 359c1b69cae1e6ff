#include "page/benchmark_sections.hpp"

#include "page/dot_chart.hpp"
#include "page/line_chart.hpp"
#include "page/markup.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace peccary::program {

namespace {

std::string seconds_text(double value) { return fmt::format("{:.4g} s", value); }

/// Of a rate the prefix only: the unit stands at the axis and above the table.
std::string value_text(const benchmark_question& of, double value) { return of.rate ? rate(value) : seconds_text(value); }

std::string measurement_text(const benchmark_question& of, const measurement& each) {
    if (!each.failure.empty()) {
        return "failed";
    }
    const std::string middle = value_text(of, each.median);
    return each.repetitions == 1 ? middle : fmt::format("{} ({} to {})", middle, value_text(of, each.least), value_text(of, each.greatest));
}

dot_chart chart_of(const benchmark_question& of, std::size_t number) {
    dot_chart chart{.id = "question-" + std::to_string(number) + "-chart",
                    .title = of.question + " A row for each case, a dot for each contender; the figures are in the table below",
                    .x_title = of.unit + (of.rate ? " (more is better)" : " (less is better)"),
                    .tick_text = of.rate ? rate : seconds_text,
                    .rows = {}};
    for (const benchmark_case& each : of.cases) {
        dot_row row{.name = each.name, .dots = {}};
        for (std::size_t i = 0; i < of.contenders.size(); ++i) {
            if (const auto& found = each.by_contender[i]; found && found->failure.empty()) {
                row.dots.push_back({.label = of.contenders[i] + ": " + measurement_text(of, *found),
                                    .number = i,
                                    .least = found->least,
                                    .middle = found->median,
                                    .greatest = found->greatest});
            }
        }
        if (!row.dots.empty()) {
            chart.rows.push_back(std::move(row));
        }
    }
    return chart;
}

std::string legend(const benchmark_question& of) {
    std::string html = "<ul class=\"legend\">\n";
    for (std::size_t i = 0; i < of.contenders.size(); ++i) {
        html += fmt::format("<li><label><svg class=\"swatch {}\" viewBox=\"0 0 34 12\" aria-hidden=\"true\"><path class=\"line\" d=\"M0 "
                            "6H34\"/></svg><span>{}</span></label></li>\n",
                            line_class(i), escaped(of.contenders[i]));
    }
    return html + "</ul>\n";
}

std::size_t most_repetitions(const benchmark_question& of) {
    std::size_t most = 0;
    for (const benchmark_case& each : of.cases) {
        for (const auto& found : each.by_contender) {
            most = std::max(most, found ? found->repetitions : 0);
        }
    }
    return most;
}

std::string table_of(const benchmark_question& of) {
    std::vector<std::vector<std::string>> rows{{of.unit}};
    rows[0].insert(rows[0].end(), of.contenders.begin(), of.contenders.end());
    for (const benchmark_case& each : of.cases) {
        std::vector<std::string> row{each.name};
        for (const auto& found : each.by_contender) {
            row.push_back(found ? measurement_text(of, *found) : "-");
        }
        rows.push_back(std::move(row));
    }
    const std::size_t repetitions = most_repetitions(of);
    return html_table(
        fmt::format("{}: medians (least to greatest) of {} {}", of.source, repetitions, repetitions == 1 ? "repetition" : "repetitions"),
        rows);
}

std::string failures(const benchmark_question& of) {
    std::string html;
    for (const benchmark_case& each : of.cases) {
        for (std::size_t i = 0; i < of.contenders.size(); ++i) {
            if (const auto& found = each.by_contender[i]; found && !found->failure.empty()) {
                html += fmt::format("<p>Failed: {}, {}: {}.</p>\n", escaped(of.contenders[i]), escaped(each.name), escaped(found->failure));
            }
        }
    }
    return html;
}

} // namespace

std::string question_section(const benchmark_question& of, std::size_t number) {
    const dot_chart chart = chart_of(of, number);
    std::string html = fmt::format("<section id=\"question-{}\"><h2>{}</h2>\n{}", number, escaped(of.question), failures(of));
    if (!chart.rows.empty()) {
        html += legend(of) + "<div class=\"grid-of-charts\">\n" + html_figure(of.source, draw(chart), "") + "</div>\n";
    }
    return html + html_details("Figures: " + of.source, table_of(of)) + "</section>\n";
}

} // namespace peccary::program
