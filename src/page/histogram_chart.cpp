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
constexpr double legend_row = 24;
constexpr std::size_t names_a_row = 4; // of the legend
constexpr double left = 84;
constexpr double right = width - 14;

/// From shares and classes to places. Shares are on a logarithmic axis: what makes staleness matter
/// is a tail of a few in a thousand.
struct frame {
    double top = 0;
    double bottom = 0;
    double room = 0; ///< of a class
    int decades = 1;

    double height_of(double share) const { return (bottom - top) * (1 + std::log10(share) / decades); }
    double middle_of(std::size_t place) const { return left + room * (static_cast<double>(place) + 0.5); }
};

std::size_t legend_rows(std::size_t names) { return (names + names_a_row - 1) / names_a_row; }

frame frame_of(const std::vector<delay_class>& classes, std::size_t rows_above) {
    double least = 1;
    for (const delay_class& each : classes) {
        for (const double share : each.shares) {
            least = share > 0 ? std::min(least, share) : least;
        }
    }
    const double top = 10 + legend_row * static_cast<double>(rows_above);
    return {.top = top,
            .bottom = top + 214,
            .room = (right - left) / static_cast<double>(classes.size()),
            .decades = std::max(1, static_cast<int>(std::ceil(-std::log10(least) + 1e-9)))};
}

/// The dashes of a model's line; it has the colour of text, since bars have all the others.
std::string model_class(std::size_t number) { return "d" + std::to_string(number % 3 + 1); }

/// Bars first, models in a row of their own.
std::string draw_legend(const std::vector<named_distribution>& of, const std::vector<model_line>& models) {
    struct place {
        double x = 0;
        double y = 0; ///< of the base line
    };
    const auto place_of = [](std::size_t i, std::size_t count, std::size_t first_row) {
        const auto columns = static_cast<double>(std::min(count, names_a_row));
        const std::size_t row = first_row + i / names_a_row;
        return place{.x = left + (right - left) * static_cast<double>(i % names_a_row) / columns,
                     .y = 19 + legend_row * static_cast<double>(row)};
    };
    std::string svg;
    for (std::size_t i = 0; i < of.size(); ++i) {
        const place at = place_of(i, of.size(), 0);
        svg += fmt::format("<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{}\" width=\"12\" height=\"12\"/><text class=\"tick\" x=\"{:.1f}\" "
                           "y=\"{}\">{}</text>\n",
                           line_class(i), at.x, at.y - 11, at.x + 17, at.y, escaped(of[i].name));
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
        const place at = place_of(i, models.size(), legend_rows(of.size()));
        svg += fmt::format("<g class=\"{}\"><path class=\"line\" d=\"M{:.1f} {}h34\"/></g><text class=\"tick\" x=\"{:.1f}\" "
                           "y=\"{}\">{}</text>\n",
                           model_class(i), at.x, at.y - 5, at.x + 40, at.y, escaped(models[i].name));
    }
    return svg;
}

/// The part of the line that is above the axis, and a dot for each class there.
std::string draw_model(const model_line& model, std::size_t number, const std::vector<delay_class>& classes, const frame& within) {
    std::string path;
    std::string dots;
    const auto append = [&](char command, double x, double tall) {
        path += fmt::format("{}{:.2f} {:.2f}", command, x, within.bottom - tall);
    };
    double before = -1;
    for (std::size_t place = 0; place < model.shares.size(); ++place) {
        constexpr double far_below = -1e4; // where a share is 0
        const double x = within.middle_of(place);
        const double tall = std::max(within.height_of(model.shares[place]), far_below);
        if (place > 0 && (before >= 0) != (tall >= 0)) {
            append(tall >= 0 ? 'M' : 'L', x - within.room * tall / (tall - before), 0);
        }
        if (tall >= 0) {
            append(path.empty() ? 'M' : 'L', x, tall);
            dots += fmt::format("<circle class=\"dot\" cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"2.6\" data-first=\"{}\" data-share=\"{:.6g}\">"
                                "<title>{}: {} in {:.3g} %</title></circle>\n",
                                x, within.bottom - tall, classes[place].first, model.shares[place], escaped(model.name),
                                class_name(classes[place]), 100 * model.shares[place]);
        }
        before = tall;
    }
    // On a wider line of the ground's colour, so that it stands out from bars.
    return fmt::format("<path fill=\"none\" stroke=\"var(--ground)\" stroke-width=\"6\" d=\"{2}\"/>\n"
                       "<g class=\"{0}\" data-model=\"{1}\"><path class=\"line\" d=\"{2}\"/>\n{3}</g>\n",
                       model_class(number), escaped(model.name), path, dots);
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
                           const std::vector<named_distribution>& of, const std::vector<model_line>& models) {
    const std::vector<delay_class> classes = delay_classes(of);
    const frame within = frame_of(classes, legend_rows(of.size()) + legend_rows(models.size()));
    const double bar = 0.84 * within.room / static_cast<double>(of.size());
    std::string svg = fmt::format("<svg class=\"chart\" id=\"{0}\" role=\"img\" aria-labelledby=\"{0}-title\" viewBox=\"0 0 {1} {2}\">\n"
                                  "<title id=\"{0}-title\">{3}</title>\n",
                                  id, width, within.bottom + 52, escaped(title));
    for (int decade = 0; decade <= within.decades; decade += within.decades / 6 + 1) {
        const double share = std::pow(10, -decade);
        const double y = within.bottom - within.height_of(share);
        svg += fmt::format(
            "<path class=\"grid\" d=\"M{} {:.2f}H{}\"/><text class=\"tick\" x=\"{}\" y=\"{:.2f}\" text-anchor=\"end\">{:g} %</text>\n",
            left, y, right, left - 6, y + 5, 100 * share);
    }
    const std::size_t skip = classes.size() / 12 + 1; // names that would overlap
    for (std::size_t place = 0; place < classes.size(); ++place) {
        const double from = left + within.room * (static_cast<double>(place) + 0.08);
        for (std::size_t i = 0; i < of.size(); ++i) {
            const double share = classes[place].shares[i];
            const double tall = share > 0 ? std::max(within.height_of(share), 1.0) : 0;
            if (share > 0) {
                svg += fmt::format("<rect class=\"bar {}\" x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" data-first=\"{}\" "
                                   "data-share=\"{:.6g}\"><title>{}: {} in {:.3g} %</title></rect>\n",
                                   line_class(i), from + bar * static_cast<double>(i), within.bottom - tall, bar, tall,
                                   classes[place].first, share, escaped(of[i].name), class_name(classes[place]), 100 * share);
            }
        }
        if (place % skip == 0) {
            svg += fmt::format("<text class=\"tick\" x=\"{:.2f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", within.middle_of(place),
                               within.bottom + 19, tick_text(classes[place]));
        }
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
        svg += draw_model(models[i], i, classes, within);
    }
    svg +=
        fmt::format("<path class=\"frame\" d=\"M{} {}V{}H{}\"/>\n<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                    left, within.top, within.bottom, right, (left + right) / 2, within.bottom + 44, escaped(x_title));
    return svg + draw_legend(of, models) + "</svg>\n";
}

} // namespace peccary::program
