#include "page/markup.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace peccary::program {

namespace {

/// Bytes of the well-formed sequence at the start of `text` (Unicode 15, table 3-7), or 0.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    const auto follows = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) { return byte(at) >= low && byte(at) <= high; };
    const unsigned lead = byte(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return follows(1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

std::string table_row(const std::vector<std::string>& cells, bool heading) {
    std::string row = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const char* const kind = heading ? "th scope=\"col\"" : i == 0 ? "th scope=\"row\"" : "td";
        row += fmt::format("<{}>{}</{}>", kind, escaped(cells[i]), heading || i == 0 ? "th" : "td");
    }
    return row + "</tr>\n";
}

} // namespace

std::string escaped(std::string_view text) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    std::string result;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const auto first = static_cast<unsigned char>(text.front());
        if (length == 0 || (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F) {
            result += replacement;
        } else if (first == '&') {
            result += "&amp;";
        } else if (first == '<') {
            result += "&lt;";
        } else if (first == '>') {
            result += "&gt;";
        } else if (first == '"') {
            result += "&quot;";
        } else if (first == '\'') {
            result += "&#39;";
        } else {
            result += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return result;
}

std::string html_table(std::string_view caption, const std::vector<std::vector<std::string>>& rows) {
    std::string html = fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table><caption>{0}</caption>\n<thead>", escaped(caption));
    html += table_row(rows.front(), true) + "</thead><tbody>\n";
    for (std::size_t i = 1; i < rows.size(); ++i) {
        html += table_row(rows[i], false);
    }
    return html + "</tbody></table></div>\n";
}

std::string html_details(std::string_view heading, const std::string& html) {
    return fmt::format("<details><summary>{}</summary>\n{}</details>\n", escaped(heading), html);
}

std::string html_figure(std::string_view heading, const std::string& chart, const std::string& after) {
    return fmt::format("<figure><figcaption><h3>{}</h3></figcaption>\n{}{}</figure>\n", escaped(heading), chart, after);
}

} // namespace peccary::program
