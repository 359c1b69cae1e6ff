// One training example as a view: what an objective sees of the data.
#pragma once

#include "peccary/core/types.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>

namespace peccary {

/// A row of a CSR matrix. Its support is `indices`, ascending and without repetition; `values` has
/// the same length. Either may be empty.
struct sparse_row {
    std::span<const feature_index> indices;
    std::span<const real> values;
    real target = 0;
    real weight = 1;

    std::size_t size() const noexcept { return indices.size(); }
    feature_index index(std::size_t k) const noexcept { return indices[k]; }
    real value(std::size_t k) const noexcept { return values[k]; }
};

/// A row of a dense matrix, or a part of one. Its support is consecutive features; value k belongs
/// to feature `first` + k.
struct dense_row {
    std::span<const real> values;
    feature_index first = 0;
    real target = 0;
    real weight = 1;

    std::size_t size() const noexcept { return values.size(); }
    feature_index index(std::size_t k) const noexcept { return first + static_cast<feature_index>(k); }
    real value(std::size_t k) const noexcept { return values[k]; }
};

/// The part of a row that lies in features [first, last). Weight and target stay.
inline sparse_row restrict_to(const sparse_row& row, feature_index first, feature_index last) noexcept {
    const auto begin = std::ranges::lower_bound(row.indices, first);
    const auto end = std::lower_bound(begin, row.indices.end(), last);
    sparse_row part = row;
    part.indices = {begin, end};
    part.values = row.values.subspan(static_cast<std::size_t>(begin - row.indices.begin()), part.indices.size());
    return part;
}

inline dense_row restrict_to(const dense_row& row, feature_index first, feature_index last) noexcept {
    const auto end = static_cast<feature_index>(row.first + row.size());
    const feature_index from = std::clamp(first, row.first, end);
    const feature_index to = std::clamp(last, from, end);
    dense_row part = row;
    part.values = row.values.subspan(from - row.first, to - from);
    part.first = from;
    return part;
}

/// What objectives require of an example: (index, value) pairs, a target, and a weight that
/// multiplies its loss.
/// `target` is -1 or +1 for binary losses, a class number 0..K-1 for softmax, and the value itself
/// for regression.
template <class Row>
concept row_view = requires(const Row& row, std::size_t k) {
    { row.size() } -> std::convertible_to<std::size_t>;
    { row.index(k) } -> std::same_as<feature_index>;
    { row.value(k) } -> std::same_as<real>;
    { row.target } -> std::convertible_to<real>;
    { row.weight } -> std::convertible_to<real>;
};

static_assert(row_view<sparse_row> && row_view<dense_row>);

} // namespace peccary
