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
constexpr double top = 34;
constexpr double row = 40; ///< the name above, the bar below

struct part {
    const char* name;
    const char* style;
    double seconds;
};

std::array<part, 3> parts_of(const time_bar& bar) {
    return {{{.name = "computing", .style = "s0", .seconds = bar.computing},
             {.name = "waiting for locks", .style = "s1", .seconds = bar.locks},
             {.name = "waiting at barriers or for a turn", .style = "s2", .seconds = bar.barriers}}};
}

} // namespace

std::string draw_times(const std::string& id, const std::string& title, const std::vector<time_bar>& bars) {
    const double height = top + row * static_cast<double>(bars.size()) + 10;
    std::string svg = fmt::format("<svg class=\"chart\" id=\"{0}\" role=\"img\" aria-labelledby=\"{0}-title\" viewBox=\"0 0 {1} {2}\">\n"
                                  "<title id=\"{0}-title\">{3}</title>\n",
                                  id, width, height, escaped(title));
    double at = left;
    for (const part& each : parts_of({})) {
        svg += fmt::format(
            "<rect class=\"bar {}\" x=\"{}\" y=\"8\" width=\"12\" height=\"12\"/><text class=\"tick\" x=\"{}\" y=\"19\">{}</text>\n",
            each.style, at, at + 17, each.name);
        at += 165;
    }
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const double y = top + row * static_cast<double>(i);
        svg += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>\n", left, y + 13, escaped(bars[i].name));
        double from = left;
        for (const part& each : parts_of(bars[i])) {
            const double share = bars[i].all() > 0 ? each.seconds / bars[i].all() : 0;
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
