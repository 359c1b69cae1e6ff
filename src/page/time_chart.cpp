#include "page/time_chart.hpp"

#include "page/markup.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace peccary::program {

namespace {

constexpr double width = 640;
constexpr double left = 10;
constexpr double right = width - 14;
constexpr std::size_t legend_columns = 3;
constexpr double legend_row = 22;
constexpr double top = 12 + 2 * legend_row;
constexpr double row = 40; ///< the name above, the bar below

struct part {
    const char* name;
    const char* style;
    double seconds;
};

std::array<part, 6> parts_of(const worker_times& of) {
    return {{{.name = "computing", .style = "s0", .seconds = of.computing},
             {.name = "waiting for locks", .style = "s1", .seconds = of.locks},
             {.name = "at barriers or for a turn", .style = "s2", .seconds = of.barriers},
             {.name = "retrying (estimated)", .style = "s3", .seconds = of.retrying},
             {.name = "merging", .style = "s4", .seconds = of.merging},
             {.name = "idle", .style = "s7", .seconds = of.idle}}};
}

std::string draw_legend() {
    const auto parts = parts_of({});
    std::string svg;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double x = left + (right - left) / legend_columns * static_cast<double>(i % legend_columns);
        const std::size_t line = i / legend_columns;
        const double y = 8 + legend_row * static_cast<double>(line);
        svg += fmt::format("<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{}\" width=\"12\" height=\"12\"/><text class=\"tick\" x=\"{:.1f}\" "
                           "y=\"{}\">{}</text>\n",
                           parts[i].style, x, y, x + 17, y + 11, parts[i].name);
    }
    return svg;
}

} // namespace

std::string draw_times(const std::string& id, const std::string& title, const std::vector<time_bar>& bars) {
    const double height = top + row * static_cast<double>(bars.size()) + 10;
    std::string svg = fmt::format("<svg class=\"chart\" id=\"{0}\" role=\"img\" aria-labelledby=\"{0}-title\" viewBox=\"0 0 {1} {2}\">\n"
                                  "<title id=\"{0}-title\">{3}</title>\n",
                                  id, width, height, escaped(title));
    svg += draw_legend();
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const double y = top + row * static_cast<double>(i);
        svg += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>\n", left, y + 13, escaped(bars[i].name));
        double from = left;
        for (const part& each : parts_of(bars[i].times)) {
            const double share = bars[i].times.all() > 0 ? each.seconds / bars[i].times.all() : 0;
            if (share > 0) {
                svg += fmt::format("<rect class=\"bar {}\" x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"14\" "
                                   "data-share=\"{:.6g}\"><title>{} {:.1f} %</title></rect>\n",
                                   each.style, from, y + 18, share * (right - left), share, each.name, 100 * share);
            }
            from += share * (right - left);
        }
    }
    return svg + "</svg>\n";
}

} // namespace peccary::program
