#include "report/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace peccary::program {

void distribution::merge(const distribution& other) {
    if (other.samples == 0) {
        return;
    }
    const auto mine = static_cast<double>(samples);
    const auto others = static_cast<double>(other.samples);
    mean = (mean * mine + other.mean * others) / (mine + others);
    samples += other.samples;
    maximum = std::max(maximum, other.maximum);
    for (const bin& each : other.bins) {
        const auto place = std::ranges::lower_bound(bins, each.first, {}, &bin::first);
        if (place != bins.end() && place->first == each.first) {
            place->count += each.count;
            place->last = std::max(place->last, each.last);
        } else {
            bins.insert(place, each);
        }
    }
}

std::uint64_t distribution::quantile(double fraction) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(samples)));
    std::uint64_t below = 0;
    for (const bin& each : bins) {
        below += each.count;
        if (below >= rank) {
            return std::min(each.last, maximum);
        }
    }
    return maximum;
}

distribution distribution_of(const histogram& from) {
    distribution found{.bins = {}, .samples = from.samples(), .maximum = from.maximum(), .mean = from.mean()};
    for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
        if (from.count(bin) > 0) {
            const std::uint64_t last = bin == histogram::overflow_bin ? from.maximum() : histogram::last_value(bin);
            found.bins.push_back({.first = histogram::first_value(bin), .last = last, .count = from.count(bin)});
        }
    }
    return found;
}

double total_variation(const distribution& one, const distribution& other) {
    const auto share = [](const distribution& of, const distribution::bin& bin) {
        return static_cast<double>(bin.count) / static_cast<double>(of.samples);
    };
    double in_common = 0;
    for (const distribution::bin& bin : one.bins) {
        const auto place = std::ranges::lower_bound(other.bins, bin.first, {}, &distribution::bin::first);
        if (place != other.bins.end() && place->first == bin.first) {
            in_common += std::min(share(one, bin), share(other, *place));
        }
    }
    return std::max(0.0, 1 - in_common);
}

} // namespace peccary::program
