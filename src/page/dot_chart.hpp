// A chart of rows, each with a dot for every contender on one axis that all rows share, as SVG.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace peccary::program {

struct chart_dot {
    std::string label;      ///< shown at the dot
    std::size_t number = 0; ///< of the contender: its colour
    double least = 0;       ///< a line is drawn from here to `greatest`
    double middle = 0;
    double greatest = 0;
};

struct dot_row {
    std::string name;
    std::vector<chart_dot> dots; ///< numbers differ
};

struct dot_chart {
    std::string id; ///< of the element; a word
    std::string title;
    std::string x_title;
    std::string (*tick_text)(double) = nullptr;
    std::vector<dot_row> rows;
};

/// All values are finite. The axis is logarithmic if all are positive; the SVG's attribute
/// data-axis tells it, data-area the left and right edges in its own units.
std::string draw(const dot_chart& chart);

} // namespace peccary::program
