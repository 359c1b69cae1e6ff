#include "page/benchmark_content.hpp"
#include "page/benchmark_sections.hpp"
#include "page/content.hpp"
#include "page/document.hpp"
#include "page/markup.hpp"
#include "page/script.hpp"
#include "page/sections.hpp"
#include "page/style.hpp"
#include "page/uplot/uplot.hpp"
#include "peccary/core/version.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace peccary::program {

namespace {

/// A style sheet or script of the page.
struct page_text {
    std::string_view text;
    std::string_view hash;
};

/// As sources in the content security policy.
std::string hashes_of(const std::vector<page_text>& texts) {
    std::string sources;
    for (const page_text& each : texts) {
        sources += fmt::format(" '{}'", each.hash);
    }
    return sources;
}

std::string elements(std::string_view tag, const std::vector<page_text>& texts) {
    std::string html;
    for (const page_text& each : texts) {
        html += fmt::format("<{0}>{1}</{0}>\n", tag, each.text);
    }
    return html;
}

/// What made the page, and the licence of what it contains.
std::string footer(const std::optional<chart_library>& charts) {
    const std::string made = fmt::format("Made by peccary {}", version_string);
    return charts ? fmt::format("<footer><p>{}, with charts by uPlot {}.</p>\n{}</footer>\n", made, charts->version,
                                html_details("The licence of uPlot", fmt::format("<pre>{}</pre>", escaped(charts->license))))
                  : fmt::format("<footer><p>{}.</p></footer>\n", made);
}

} // namespace

worker_figures all_workers(const charted_run& run) {
    worker_figures all;
    for (const charted_worker& each : run.by_worker) {
        all.merge(each.figures);
    }
    return all;
}

std::string html_document(const std::string& title, const std::vector<std::string>& remarks, const std::string& sections) {
    const std::optional<chart_library> charts = uplot();
    std::vector<page_text> styles{{.text = chart_style, .hash = chart_style_hash}, {.text = page_style, .hash = page_style_hash}};
    std::vector<page_text> scripts{{.text = page_script, .hash = page_script_hash}};
    if (charts) {
        styles.push_back({.text = charts->style, .hash = charts->style_hash});
        scripts.push_back({.text = charts->script, .hash = charts->script_hash});
    }
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    // Before all else: nothing is loaded from anywhere, and nothing runs but what is written here.
    html +=
        fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src{}; script-src{}; img-src data:; "
                    "base-uri 'none'; form-action 'none'\">\n",
                    hashes_of(styles), hashes_of(scripts));
    html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
    html += "<link rel=\"icon\" href=\"data:,\">\n"; // browsers ask for one otherwise
    html += fmt::format("<title>{}</title>\n{}</head>\n<body>\n<main>\n<h1>{}</h1>\n", escaped(title), elements("style", styles),
                        escaped(title));
    for (const std::string& remark : remarks) {
        html += fmt::format("<p>{}</p>\n", escaped(remark));
    }
    html += sections;
    html += "</main>\n" + footer(charts) + elements("script", scripts) + "</body>\n</html>\n";
    return html;
}

std::string html_page(const page_content& content) {
    return html_document(content.title, content.remarks,
                         overview_section(content) + progress_section(content) + scaling_section(content) + staleness_section(content) +
                             coordinates_section(content) + time_section(content) + settings_section(content));
}

std::string html_page(const std::vector<benchmark_question>& questions) {
    std::string sections;
    page_content machines;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        sections += question_section(questions[i], i);
        machines.runs.emplace_back();
        machines.runs.back().label = questions[i].source;
        machines.runs.back().facts = questions[i].facts;
    }
    return html_document("Microbenchmarks",
                         {"Dots are medians over the repetitions, lines reach from the least to the greatest. Rates are of all workers "
                          "together, per second of wall time. What was timed was checked; what failed has no figure."},
                         sections + settings_section(machines));
}

} // namespace peccary::program
