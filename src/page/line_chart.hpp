// A chart of lines over two axes, as SVG.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace peccary::program {

struct chart_point {
    double x = 0;
    double y = 0;
};

struct chart_line {
    std::string label;
    std::size_t number = 0; ///< of the run or scheme: its colour and dashes, and what toggles it
    std::vector<chart_point> points;
};

struct line_chart {
    std::string id; ///< of the element; a word
    std::string title;
    std::string x_title;
    std::string y_title;
    bool logarithmic = true; ///< both axes, each as far as its values are positive
    bool ideal = false;      ///< with the line y = x
    /// what `number` counts, as in the legend's data-KIND attributes: "run" or "scheme"
    std::string toggles;
    std::vector<chart_line> lines;
};

/// Points that cannot be placed (not finite) are left out. Of many points of one line, those are
/// drawn that differ at this size.
/// The SVG's attributes data-x and data-y tell the axes, data-area the left, top, right and bottom
/// edges in its own units; a line's data-values tell what its points stand for, "x,y x,y", in eight
/// digits.
std::string draw(const line_chart& chart);

/// "s3", "s1 d2": the classes of the colour and dashes of a line's number.
std::string line_class(std::size_t number);

} // namespace peccary::program
