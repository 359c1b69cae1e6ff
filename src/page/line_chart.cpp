#include "page/line_chart.hpp"

#include "page/axis.hpp"
#include "page/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace peccary::program {

namespace {

constexpr double width = 640;
constexpr double height = 400;
constexpr double left = 78;
constexpr double right = width - 14;
constexpr double top = 12;
constexpr double bottom = height - 52;
constexpr std::size_t most_markers = 40;

struct placed {
    double x = 0;
    double y = 0;
    chart_point values;
};

double x_of(const axis& along, double value) { return left + along.place(value) * (right - left); }
double y_of(const axis& along, double value) { return bottom - along.place(value) * (bottom - top); }

/// Few points as they are. Of many, those in each column of two units that are the first, the
/// lowest, the highest and the last, in their order: looks the same, whatever was left out, and has
/// at most four points a column.
std::vector<placed> thinned(const std::vector<placed>& points) {
    constexpr std::size_t few = 200;
    constexpr double column = 2;
    if (points.size() <= few) {
        return points;
    }
    std::vector<placed> kept;
    for (std::size_t first = 0; first < points.size();) {
        std::size_t last = first;
        while (last + 1 < points.size() && std::floor(points[last + 1].x / column) == std::floor(points[first].x / column)) {
            ++last;
        }
        const auto [lowest, highest] =
            std::minmax_element(points.begin() + static_cast<std::ptrdiff_t>(first), points.begin() + static_cast<std::ptrdiff_t>(last) + 1,
                                [](const placed& one, const placed& other) { return one.y < other.y; });
        std::vector<std::size_t> chosen{first, static_cast<std::size_t>(lowest - points.begin()),
                                        static_cast<std::size_t>(highest - points.begin()), last};
        std::ranges::sort(chosen);
        // clang 14 lacks the subrange of std::ranges::unique
        chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
        for (const std::size_t place : chosen) {
            kept.push_back(points[place]);
        }
        first = last + 1;
    }
    return kept;
}

std::string frame(const line_chart& chart, const axis& x, const axis& y) {
    std::string svg;
    for (const double tick : x.ticks()) {
        svg += fmt::format("<path class=\"grid\" d=\"M{0:.2f} {1}V{2}\"/><text class=\"tick\" x=\"{0:.2f}\" y=\"{3}\" "
                           "text-anchor=\"middle\">{4:.6g}</text>\n",
                           x_of(x, tick), top, bottom, bottom + 19, tick);
    }
    for (const double tick : y.ticks()) {
        svg += fmt::format("<path class=\"grid\" d=\"M{1} {0:.2f}H{2}\"/><text class=\"tick\" x=\"{3}\" y=\"{4:.2f}\" "
                           "text-anchor=\"end\">{5:.6g}</text>\n",
                           y_of(y, tick), left, right, left - 7, y_of(y, tick) + 5, tick);
    }
    svg += fmt::format("<path class=\"frame\" d=\"M{} {}V{}H{}\"/>\n", left, top, bottom, right);
    svg += fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", (left + right) / 2, height - 8,
                       escaped(chart.x_title));
    svg += fmt::format("<text class=\"name\" transform=\"translate(15 {}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
                       (top + bottom) / 2, escaped(chart.y_title));
    return svg;
}

std::string draw_line(const line_chart& chart, const chart_line& line, const axis& x, const axis& y) {
    std::vector<placed> all;
    for (const chart_point& point : line.points) {
        const placed at{.x = x_of(x, point.x), .y = y_of(y, point.y), .values = point};
        if (std::isfinite(at.x) && std::isfinite(at.y)) {
            all.push_back(at);
        }
    }
    const std::vector<placed> points = thinned(all);
    if (points.empty()) {
        return {};
    }
    std::string svg = fmt::format(R"(<g data-{}="{}" class="{}"><title>{}</title><polyline class="line" points=")", chart.toggles,
                                  line.number, line_class(line.number), escaped(line.label));
    for (const placed& point : points) {
        fmt::format_to(std::back_inserter(svg), "{:.2f},{:.2f} ", point.x, point.y);
    }
    svg.back() = '"';
    svg += " data-values=\"";
    for (const placed& point : points) {
        fmt::format_to(std::back_inserter(svg), "{:.8g},{:.8g} ", point.values.x, point.values.y);
    }
    svg.back() = '"';
    svg += "/>";
    for (std::size_t i = 0; points.size() <= most_markers && i < points.size(); ++i) {
        svg += fmt::format(R"(<circle class="dot" cx="{:.2f}" cy="{:.2f}" r="2.6"/>)", points[i].x, points[i].y);
    }
    return svg + "</g>\n";
}

} // namespace

std::string line_class(std::size_t number) {
    constexpr std::size_t colours = 8;
    constexpr std::size_t dashes = 4;
    const std::size_t dash = number / colours % dashes;
    return "s" + std::to_string(number % colours) + (dash == 0 ? "" : " d" + std::to_string(dash));
}

std::string draw(const line_chart& chart) {
    std::vector<double> xs;
    std::vector<double> ys;
    for (const chart_line& line : chart.lines) {
        for (const chart_point& point : line.points) {
            if (std::isfinite(point.y)) {
                xs.push_back(point.x);
                ys.push_back(point.y);
            }
        }
    }
    if (chart.ideal) {
        xs.push_back(0);
        ys.push_back(0);
        ys.push_back(std::ranges::max(xs));
    }
    const axis x = axis_for(xs, chart.logarithmic);
    const axis y = axis_for(ys, chart.logarithmic);
    std::string svg =
        fmt::format("<svg class=\"chart\" id=\"{0}\" role=\"img\" aria-labelledby=\"{0}-title\" viewBox=\"0 0 {1} {2}\" data-x=\"{3}\" "
                    "data-y=\"{4}\" data-area=\"{5} {6} {7} {8}\">\n<title id=\"{0}-title\">{9}</title>\n",
                    chart.id, width, height, x.text(), y.text(), left, top, right, bottom, escaped(chart.title));
    svg += frame(chart, x, y);
    if (chart.ideal) {
        const double most = std::ranges::max(xs);
        svg += fmt::format("<path class=\"ideal\" d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}\"><title>ideal</title></path>\n", x_of(x, 0), y_of(y, 0),
                           x_of(x, most), y_of(y, most));
    }
    for (const chart_line& line : chart.lines) {
        svg += draw_line(chart, line, x, y);
    }
    return svg + "</svg>\n";
}

} // namespace peccary::program
