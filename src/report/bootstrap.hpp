// How sure the median of a few measurements is: a percentile bootstrap.
#pragma once

#include "peccary/core/random.hpp"
#include "report/median.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace peccary::program {

struct interval {
    double low = 0;
    double high = 0;
};

/// Fewer measurements than these bound nothing: even the interval from the least to the greatest of
/// n holds the median with probability 1 - 2^(1-n) only, which is 0.94 for five and 0.88 for four.
inline constexpr std::size_t least_for_interval = 5;

/// The 95 % percentile interval of the median under resampling with replacement (Efron 1979). The
/// seed is fixed: the same measurements give the same interval. Nothing for fewer than
/// `least_for_interval`.
inline std::optional<interval> bootstrap_of_median(std::span<const double> values) {
    constexpr std::size_t resamples = 4000;
    constexpr std::size_t tail = resamples / 40;   // 2.5 % on each side
    constexpr std::uint64_t stream = 0x626F'6F74U; // "boot"
    if (values.size() < least_for_interval) {
        return std::nullopt;
    }
    random_stream random(1, stream, 0);
    std::vector<double> medians(resamples);
    std::vector<double> drawn(values.size());
    for (double& each : medians) {
        for (double& value : drawn) {
            value = values[random.below(static_cast<std::uint32_t>(values.size()))];
        }
        each = median(drawn);
    }
    std::ranges::sort(medians);
    return interval{.low = medians[tail], .high = medians[resamples - 1 - tail]};
}

} // namespace peccary::program
