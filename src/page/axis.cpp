#include "page/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace peccary::program {

namespace {

/// Multiples of 1, 2 or 5 times a power of ten, some six of them.
std::vector<double> round_steps(double low, double high) {
    const double rough = (high - low) / 6;
    const double decade = std::pow(10, std::floor(std::log10(rough)));
    const double step = decade * (rough / decade <= 1 ? 1 : rough / decade <= 2 ? 2 : rough / decade <= 5 ? 5 : 10);
    std::vector<double> ticks;
    const double first = std::ceil(low / step - 1e-9); // in steps
    for (int i = 0; (first + i) * step <= high + 1e-9 * step; ++i) {
        ticks.push_back(first + i == 0 ? 0 : (first + i) * step);
    }
    return ticks;
}

} // namespace

double axis::place(double value) const { return logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low); }

std::vector<double> axis::ticks() const {
    if (!logarithmic || high / low < 4) {
        return round_steps(low, high);
    }
    const double decades = std::log10(high / low);
    // decades from tick to tick
    const int skip = std::max(1, static_cast<int>(std::ceil(decades / 8)));
    const std::vector<double> within = decades > 3     ? std::vector<double>{1}
                                       : decades > 1.2 ? std::vector<double>{1, 3}
                                                       : std::vector<double>{1, 2, 3, 5};
    std::vector<double> ticks;
    const int last = static_cast<int>(std::ceil(std::log10(high)));
    for (int exponent = static_cast<int>(std::floor(std::log10(low))); exponent <= last; ++exponent) {
        for (const double factor : within) {
            const double tick = factor * std::pow(10, exponent);
            if (tick >= low && tick <= high && exponent % skip == 0) {
                ticks.push_back(tick);
            }
        }
    }
    return ticks;
}

std::string axis::text() const { return fmt::format("{} {} {}", logarithmic ? "log" : "linear", low, high); }

axis axis_for(std::span<const double> values, bool logarithmic) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (low > high) {
        return {.low = 0, .high = 1};
    }
    if (logarithmic && low > 0) {
        const double margin = high > low ? std::pow(high / low, 0.03) : 1.1;
        return {.low = low / margin, .high = high * margin, .logarithmic = true};
    }
    const double margin = high > low ? 0.03 * (high - low) : std::max(std::abs(high), 1.0) / 10;
    return {.low = low - margin, .high = high + margin};
}

} // namespace peccary::program
