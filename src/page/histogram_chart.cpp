#include "page/histogram_chart.hpp"

#include "page/line_chart.hpp"
#include "page/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace peccary::program {

namespace {

constexpr double width = 640;
constexpr double height = 300;
constexpr double left = 84;
constexpr double right = width - 14;
constexpr double top = 34;
constexpr double bottom = height - 52;

std::string draw_legend(const std::vector<named_distribution>& of) {
    std::string svg;
    const double room = (right - left) / static_cast<double>(of.size());
    for (std::size_t i = 0; i < of.size(); ++i) {
        const double x = left + room * static_cast<double>(i);
        svg += fmt::format("<rect class=\"bar {}\" x=\"{:.1f}\" y=\"8\" width=\"12\" height=\"12\"/><text class=\"tick\" x=\"{:.1f}\" "
                           "y=\"19\">{}</text>\n",
                           line_class(i), x, x + 17, escaped(of[i].name));
    }
    return svg;
}

/// "2^10" is shorter than "1,024-2,047", and as clear where classes double.
std::string tick_text(const delay_class& of) { return of.first < 64 ? class_name(of) : fmt::format("2^{}", std::countr_zero(of.first)); }

} // namespace

std::vector<delay_class> delay_classes(const std::vector<named_distribution>& of) {
    std::uint64_t greatest = 0;
    for (const named_distribution& each : of) {
        greatest = std::max(greatest, each.values.maximum);
    }
    std::vector<delay_class> classes;
    const auto octaves = static_cast<unsigned>(std::bit_width(greatest));
    for (unsigned octave = 0; octave <= octaves; ++octave) {
        const std::uint64_t first = octave == 0 ? 0 : std::uint64_t{1} << (octave - 1);
        classes.push_back({.first = first, .last = octave == 0 ? 0 : first + (first - 1), .shares = std::vector<double>(of.size())});
    }
    for (std::size_t i = 0; i < of.size(); ++i) {
        for (const distribution::bin& bin : of[i].values.bins) {
            classes[std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(bin.first)), classes.size() - 1)].shares[i] +=
                static_cast<double>(bin.count) / static_cast<double>(std::max<std::uint64_t>(of[i].values.samples, 1));
        }
    }
    return classes;
}

std::string class_name(const delay_class& of) {
    return of.first == of.last ? std::to_string(of.first) : fmt::format("{}-{}", of.first, of.last);
}

std::string draw_histogram(const std::string& id, const std::string& title, const std::string& x_title,
                           const std::vector<named_distribution>& of) {
    const std::vector<delay_class> classes = delay_classes(of);
    // Logarithmic: what makes staleness matter is a tail of a few in a thousand.
    double least = 1;
    for (const delay_class& each : classes) {
        for (const double share : each.shares) {
            least = share > 0 ? std::min(least, share) : least;
        }
    }
    const int decades = std::max(1, static_cast<int>(std::ceil(-std::log10(least) + 1e-9)));
    const auto height_of = [&](double share) { return (bottom - top) * (1 + std::log10(share) / decades); };
    const double room = (right - left) / static_cast<double>(classes.size());
    const double bar = 0.84 * room / static_cast<double>(of.size());
    std::string svg = fmt::format("<svg class=\"chart\" id=\"{0}\" role=\"img\" aria-labelledby=\"{0}-title\" viewBox=\"0 0 {1} {2}\">\n"
                                  "<title id=\"{0}-title\">{3}</title>\n",
                                  id, width, height, escaped(title));
    for (int decade = 0; decade <= decades; decade += decades / 6 + 1) {
        const double share = std::pow(10, -decade);
        const double y = bottom - height_of(share);
        svg += fmt::format(
            "<path class=\"grid\" d=\"M{} {:.2f}H{}\"/><text class=\"tick\" x=\"{}\" y=\"{:.2f}\" text-anchor=\"end\">{:g} %</text>\n",
            left, y, right, left - 6, y + 5, 100 * share);
    }
    const std::size_t skip = classes.size() / 12 + 1; // names that would overlap
    for (std::size_t place = 0; place < classes.size(); ++place) {
        const double from = left + room * (static_cast<double>(place) + 0.08);
        for (std::size_t i = 0; i < of.size(); ++i) {
            const double share = classes[place].shares[i];
            const double tall = share > 0 ? std::max(height_of(share), 1.0) : 0;
            if (share > 0) {
                svg += fmt::format("<rect class=\"bar {}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" data-first=\"{}\" "
                                   "data-share=\"{:.6g}\"><title>{}: {} in {:.3g} %</title></rect>\n",
                                   line_class(i), from + bar * static_cast<double>(i), bottom - tall, bar, tall, classes[place].first,
                                   share, escaped(of[i].name), class_name(classes[place]), 100 * share);
            }
        }
        if (place % skip == 0) {
            svg += fmt::format("<text class=\"tick\" x=\"{:.2f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                               left + room * (static_cast<double>(place) + 0.5), bottom + 19, tick_text(classes[place]));
        }
    }
    svg +=
        fmt::format("<path class=\"frame\" d=\"M{} {}V{}H{}\"/>\n<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                    left, top, bottom, right, (left + right) / 2, height - 8, escaped(x_title));
    return svg + draw_legend(of) + "</svg>\n";
}

} // namespace peccary::program
