#include "page/standalone.hpp"

#include "page/style.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace peccary::program {

namespace {

/// What is between `before` and `after`, at its first place in `text`.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t from = text.find(before) + before.size();
    return text.substr(from, text.find(after, from) - from);
}

standalone_chart document_of(std::string_view chart) {
    const std::string_view size = between(chart, "viewBox=\"0 0 ", "\"");
    const std::string_view width = size.substr(0, size.find(' '));
    const std::string_view height = size.substr(size.find(' ') + 1);
    const std::size_t tag = chart.find('>') + 1;
    // A page's charts are as wide as its columns. A document has a size, which those who embed it
    // go by.
    std::string svg = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\"{}\n", width, height,
                                  chart.substr(std::string_view("<svg").size(), tag - std::string_view("<svg").size()));
    svg += fmt::format("<style>{}svg.chart{{width:{}px;height:{}px;color:var(--ink)}}\n.ground{{fill:var(--ground)}}</style>\n",
                       chart_style, width, height);
    svg += R"(<rect class="ground" width="100%" height="100%"/>)";
    svg += chart.substr(tag);
    return {.name = std::string(between(chart, "id=\"", "\"")), .svg = svg + "\n"};
}

} // namespace

std::vector<standalone_chart> standalone_charts(const std::string& html) {
    constexpr std::string_view begin = "<svg class=\"chart\""; // not in any name: names are escaped
    constexpr std::string_view end = "</svg>";
    std::vector<standalone_chart> charts;
    for (std::size_t at = html.find(begin); at != std::string::npos; at = html.find(begin, at + 1)) {
        charts.push_back(document_of(std::string_view(html).substr(at, html.find(end, at) + end.size() - at)));
    }
    return charts;
}

} // namespace peccary::program
