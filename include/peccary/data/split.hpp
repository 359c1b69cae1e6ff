// Train/validation split by a hash of (seed, row): a row stays on its side whatever else changes.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/core/types.hpp"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace peccary {

struct row_split {
    std::vector<row_index> training;
    std::vector<row_index> validation;
};

/// True with probability `fraction` (0 to 1) over (seed, row) pairs, and always the same for one
/// pair.
constexpr bool in_validation(std::uint64_t seed, row_index row, double fraction) noexcept {
    return static_cast<double>(mix(mix(seed) ^ row) >> 11U) * 0x1.0p-53 < fraction;
}

inline row_split split_rows(std::size_t rows, std::uint64_t seed, double fraction) {
    row_split split;
    for (row_index row = 0; row < rows; ++row) {
        (in_validation(seed, row, fraction) ? split.validation : split.training).push_back(row);
    }
    return split;
}

inline std::vector<row_index> all_rows(std::size_t rows) {
    std::vector<row_index> ids(rows);
    std::iota(ids.begin(), ids.end(), row_index{0});
    return ids;
}

} // namespace peccary
