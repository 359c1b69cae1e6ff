// Two or more ways to do the same, timed in alternation, and compared by ratios within a round:
// what the machine does meanwhile hits all.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace peccary::bench {

/// Seconds of one contender, one entry a round.
using timings = std::vector<double>;

/// Of at least one value.
struct spread {
    double median;
    double lowest;
    double highest;
};

inline spread spread_of(std::vector<double> values) {
    std::ranges::sort(values);
    return {.median = values[values.size() / 2], .lowest = values.front(), .highest = values.back()};
}

/// Of time over base, round by round.
inline spread ratio(const timings& time, const timings& base) {
    std::vector<double> ratios(time.size());
    for (std::size_t round = 0; round < time.size(); ++round) {
        ratios[round] = time[round] / base[round];
    }
    return spread_of(std::move(ratios));
}

} // namespace peccary::bench
