// A sum with the same bits in whatever order its values come.
#pragma once

#include "peccary/core/finite.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace peccary {

/// The sum of values that are not negative, to within n^2 / 2^50 of itself for n of them.
/// `for_each(visit)` visits them all, and is called twice. Each is rounded to a multiple of one
/// quantum, which depends on the largest and on n only, and sums of such multiples are exact
/// (Demmel, Nguyen 2013). Not finite if a value is not.
template <class ForEach>
double sum_in_any_order(ForEach for_each) {
    // Without their sign, the bits of numbers are in the order of the numbers, infinity and NaN
    // last.
    std::uint64_t bits = 0;
    std::uint64_t count = 0;
    for_each([&](double value) {
        bits = (std::max)(bits, std::bit_cast<std::uint64_t>(value) & 0x7FFF'FFFF'FFFF'FFFFU);
        ++count;
    });
    const auto largest = std::bit_cast<double>(bits);
    if (largest == 0 || !is_finite(largest)) {
        return largest;
    }
    const double quantum = std::ldexp(1.0, std::ilogb(largest) + static_cast<int>(std::bit_width(count)) - 50);
    double sum = 0;
    for_each([&](double value) { sum += std::nearbyint(value / quantum); });
    return sum * quantum;
}

} // namespace peccary
