#include "page/dot_chart.hpp"

#include "page/axis.hpp"
#include "page/line_chart.hpp"
#include "page/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace peccary::program {

namespace {

constexpr double width = 640;
constexpr double left = 14;
constexpr double right = width - 14;
constexpr double top = 30;
constexpr double name_height = 20;
/// a contender's own line within its row, so that none hides another
constexpr double dot_height = 6;
constexpr double below = 52;

axis axis_of(const dot_chart& chart) {
    std::vector<double> values;
    for (const dot_row& row : chart.rows) {
        for (const chart_dot& dot : row.dots) {
            values.push_back(dot.least);
            values.push_back(dot.greatest);
        }
    }
    return axis_for(values, true);
}

std::size_t contenders(const dot_chart& chart) {
    std::size_t count = 1;
    for (const dot_row& row : chart.rows) {
        for (const chart_dot& dot : row.dots) {
            count = std::max(count, dot.number + 1);
        }
    }
    return count;
}

double x_of(const axis& along, double value) { return left + along.place(value) * (right - left); }

std::string draw_dot(const chart_dot& dot, const axis& along, double y) {
    return fmt::format("<g class=\"{}\" data-median=\"{:.6g}\"><title>{}</title><path class=\"line\" d=\"M{:.2f} {:.2f}H{:.2f}\"/>"
                       "<circle class=\"dot\" cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"3.4\"/></g>\n",
                       line_class(dot.number), dot.middle, escaped(dot.label), x_of(along, dot.least), y, x_of(along, dot.greatest),
                       x_of(along, dot.middle), y);
}

} // namespace

std::string draw(const dot_chart& chart) {
    const axis along = axis_of(chart);
    const double row_height = name_height + dot_height * static_cast<double>(contenders(chart)) + 6;
    const double bottom = top + row_height * static_cast<double>(chart.rows.size());
    std::string svg = fmt::format("<svg class=\"chart\" id=\"{0}\" role=\"img\" aria-labelledby=\"{0}-title\" viewBox=\"0 0 {1} {2}\" "
                                  "data-axis=\"{3}\" data-area=\"{4} {5}\">\n<title id=\"{0}-title\">{6}</title>\n",
                                  chart.id, width, bottom + below, along.text(), left, right, escaped(chart.title));
    for (const double tick : along.ticks()) {
        const std::string text = escaped(chart.tick_text(tick));
        svg += fmt::format("<path class=\"grid\" d=\"M{:.2f} {}V{}\"/>\n", x_of(along, tick), top, bottom);
        for (const double y : {top - 8, bottom + 19}) { // a long chart is read at either end
            svg += fmt::format("<text class=\"tick\" x=\"{:.2f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x_of(along, tick), y, text);
        }
    }
    svg += fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (left + right) / 2, bottom + below - 8,
                       escaped(chart.x_title));
    for (std::size_t i = 0; i < chart.rows.size(); ++i) {
        const double y = top + row_height * static_cast<double>(i);
        svg += fmt::format("<path class=\"frame\" d=\"M{} {}H{}\"/><text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>\n", left, y, right,
                           left + 2, y + name_height - 4, escaped(chart.rows[i].name));
        for (const chart_dot& dot : chart.rows[i].dots) {
            svg += draw_dot(dot, along, y + name_height + dot_height * (static_cast<double>(dot.number) + 0.5));
        }
    }
    return svg + "</svg>\n";
}

} // namespace peccary::program
