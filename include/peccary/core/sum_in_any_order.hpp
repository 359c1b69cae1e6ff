// A sum with the same bits in whatever order its values come.
#pragma once

#include "peccary/core/finite.hpp"

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
    double largest = 0;
    std::uint64_t count = 0;
    for_each([&](double value) {
        if (is_finite(largest) && (!is_finite(value) || value > largest)) {
            largest = value;
        }
        ++count;
    });
    if (largest == 0 || !is_finite(largest)) {
        return largest;
    }
    const double quantum = std::ldexp(1.0, std::ilogb(largest) + static_cast<int>(std::bit_width(count)) - 50);
    double sum = 0;
    for_each([&](double value) { sum += std::nearbyint(value / quantum); });
    return sum * quantum;
}

} // namespace peccary
