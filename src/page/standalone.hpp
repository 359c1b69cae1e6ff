// The charts of a page, each as an SVG document of its own.
#pragma once

#include <string>
#include <vector>

namespace peccary::program {

struct standalone_chart {
    std::string name; ///< the chart's id on the page, such as "staleness-0"
    std::string svg;
};

/// The charts of what `html_page` made, in their order: whatever a section has drawn, none knows of
/// this. Each brings the page's style, so that it is light or dark with its reader, and a ground,
/// so that it can be read on any other.
std::vector<standalone_chart> standalone_charts(const std::string& html);

} // namespace peccary::program
