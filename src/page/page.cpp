#include "page/content.hpp"
#include "page/markup.hpp"
#include "page/script.hpp"
#include "page/sections.hpp"
#include "page/style.hpp"
#include "peccary/core/version.hpp"

#include <fmt/format.h>

namespace peccary::program {

worker_figures all_workers(const charted_run& run) {
    worker_figures all;
    for (const charted_worker& each : run.by_worker) {
        all.merge(each.figures);
    }
    return all;
}

std::string html_page(const page_content& content) {
    std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    // Before all else: nothing is loaded from anywhere, and nothing runs but what is written here.
    html += fmt::format(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; "
        "base-uri 'none'; form-action 'none'\">\n",
        page_style_hash, page_script_hash);
    html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
    html += "<link rel=\"icon\" href=\"data:,\">\n"; // browsers ask for one otherwise
    html += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n", escaped(content.title), page_style,
                        escaped(content.title));
    for (const std::string& remark : content.remarks) {
        html += fmt::format("<p>{}</p>\n", escaped(remark));
    }
    html += overview_section(content) + progress_section(content) + scaling_section(content) + staleness_section(content) +
            coordinates_section(content) + time_section(content) + settings_section(content);
    html += fmt::format("</main>\n<footer><p>Made by peccary {}.</p></footer>\n<script>{}</script>\n</body>\n</html>\n", version_string,
                        page_script);
    return html;
}

} // namespace peccary::program
