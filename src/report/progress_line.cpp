#include "report/progress_line.hpp"

#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace peccary::program {

namespace {

constexpr std::string_view gap = "  ";

struct part {
    int importance;
    std::string text;
};

/// In the order in which they are shown.
std::vector<part> parts_of(const progress_figures& of) {
    std::vector<part> parts{{.importance = 1, .text = of.place}};
    if (of.loss) {
        parts.push_back({.importance = 5, .text = fmt::format("loss {:.5g}", *of.loss)});
    }
    if (of.updates_per_second) {
        parts.push_back({.importance = 3, .text = rate(*of.updates_per_second) + " updates/s"});
    }
    if (of.staleness_p50 && of.staleness_p99) {
        parts.push_back({.importance = 2, .text = fmt::format("staleness p50 {} p99 {}", *of.staleness_p50, *of.staleness_p99)});
    }
    if (of.seconds_left) {
        parts.push_back({.importance = 4, .text = rough_duration(*of.seconds_left) + " left"});
    }
    return parts;
}

std::size_t width_of(const std::vector<part>& parts) {
    std::size_t width = 0;
    for (const part& each : parts) {
        width += (width == 0 ? 0 : gap.size()) + each.text.size();
    }
    return width;
}

/// "[####....]  ", as wide as there is room for; empty if that is little.
std::string bar(double fraction, std::size_t room, bool colours) {
    constexpr std::size_t least = 10;
    constexpr std::size_t most = 30;
    const std::size_t around = 2 + gap.size();
    if (room < least + around) {
        return {};
    }
    const std::size_t cells = std::min(most, room - around);
    const auto filled = static_cast<std::size_t>(static_cast<double>(cells) * std::clamp(fraction, 0.0, 1.0));
    const std::string full(filled, '#');
    return fmt::format("[{}{}]{}", colours ? "\x1b[32m" + full + "\x1b[0m" : full, std::string(cells - filled, '.'), gap);
}

} // namespace

std::string progress_line(const progress_figures& of, std::size_t columns, bool colours) {
    // with the cursor behind it, a line as wide as the terminal wraps
    const std::size_t room = columns > 1 ? columns - 1 : 0;
    std::vector<part> parts = parts_of(of);
    const std::size_t all = parts.size();
    while (width_of(parts) > room) {
        parts.erase(std::ranges::min_element(parts, {}, &part::importance));
    }
    std::string text;
    for (const part& each : parts) {
        text += (text.empty() ? "" : gap);
        text += each.text;
    }
    return parts.size() < all ? text : bar(of.fraction, room - text.size(), colours) + text;
}

} // namespace peccary::program
