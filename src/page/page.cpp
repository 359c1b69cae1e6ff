#include "page/benchmark_content.hpp"
#include "page/benchmark_sections.hpp"
#include "page/content.hpp"
#include "page/document.hpp"
#include "page/markup.hpp"
#include "page/script.hpp"
#include "page/sections.hpp"
#include "page/style.hpp"
#include "peccary/core/version.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

namespace peccary::program {

charted_worker all_workers(const charted_run& run) {
    charted_worker all{.name = "all", .staleness = {}};
    for (const charted_worker& each : run.by_worker) {
        all.staleness.merge(each.staleness);
        all.seconds += each.seconds;
        all.lock_seconds += each.lock_seconds;
        all.barrier_seconds += each.barrier_seconds;
        all.retries += each.retries;
        all.contended += each.contended;
    }
    return all;
}

std::string html_document(const std::string& title, const std::vector<std::string>& remarks, const std::string& sections) {
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    // Before all else: nothing is loaded from anywhere, and nothing runs but what is written here.
    html += fmt::format(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; "
        "base-uri 'none'; form-action 'none'\">\n",
        page_style_hash, page_script_hash);
    html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
    html += "<link rel=\"icon\" href=\"data:,\">\n"; // browsers ask for one otherwise
    html += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n", escaped(title), page_style,
                        escaped(title));
    for (const std::string& remark : remarks) {
        html += fmt::format("<p>{}</p>\n", escaped(remark));
    }
    html += sections;
    html += fmt::format("</main>\n<footer><p>Made by peccary {}.</p></footer>\n<script>{}</script>\n</body>\n</html>\n", version_string,
                        page_script);
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
