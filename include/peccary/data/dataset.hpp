// Data sets: storage that owns, and views that do not. Schemes and objectives see views only.
#pragma once

#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace peccary {

/// A non-owning CSR view with per-row targets and optional weights. Row i has the index and value
/// entries [offsets[i], offsets[i + 1]). `weights` is empty (all ones) or has one entry a row.
/// Thread-safety: reading only, from any number of threads.
struct sparse_view {
    std::span<const std::uint64_t> offsets; ///< rows + 1 entries
    std::span<const feature_index> indices;
    std::span<const real> values;
    std::span<const real> targets;
    std::span<const real> weights;
    std::size_t columns = 0;

    using row_type = sparse_row;
    std::size_t size() const noexcept { return targets.size(); }
    std::size_t features() const noexcept { return columns; }
    std::size_t nonzeros() const noexcept { return indices.size(); }
    row_type row(std::size_t i) const noexcept {
        const std::size_t first = offsets[i];
        const std::size_t count = offsets[i + 1] - first;
        return {.indices = {indices.data() + first, count},
                .values = {values.data() + first, count},
                .target = targets[i],
                .weight = weights.empty() ? real{1} : weights[i]};
    }
};

/// A non-owning row-major dense view with per-row targets and optional weights.
/// Thread-safety: reading only, from any number of threads.
struct dense_view {
    std::span<const real> values; ///< rows x columns entries
    std::span<const real> targets;
    std::span<const real> weights;
    std::size_t columns = 0;

    using row_type = dense_row;
    std::size_t size() const noexcept { return targets.size(); }
    std::size_t features() const noexcept { return columns; }
    std::size_t nonzeros() const noexcept { return values.size(); }
    row_type row(std::size_t i) const noexcept {
        return {.values = {values.data() + (i * columns), columns}, .target = targets[i], .weight = weights.empty() ? real{1} : weights[i]};
    }
};

/// What schemes require of a data set.
template <class Data>
concept dataset_view = std::copyable<Data> && requires(const Data& data, std::size_t i) {
    { data.size() } -> std::convertible_to<std::size_t>;
    { data.features() } -> std::convertible_to<std::size_t>;
    { data.nonzeros() } -> std::convertible_to<std::size_t>;
    { data.row(i) } -> row_view;
};

static_assert(dataset_view<sparse_view> && dataset_view<dense_view>);

/// CSR storage: 32-bit indices and float values. `labels` are as read; `targets` come from
/// `data/labels.hpp`, `weights` from `data/class_weights.hpp`. Elements that `resize` adds to a
/// `storage` are uninitialised.
struct sparse_dataset {
    storage<std::uint64_t> offsets{0};
    storage<feature_index> indices;
    storage<real> values;
    storage<double> labels;
    std::size_t columns = 0;

    std::size_t size() const noexcept { return labels.size(); }
    sparse_view view(std::span<const real> targets, std::span<const real> weights = {}) const noexcept {
        return {.offsets = offsets, .indices = indices, .values = values, .targets = targets, .weights = weights, .columns = columns};
    }
};

/// Dense row-major storage. `labels` are as read.
struct dense_dataset {
    storage<real> values;
    storage<double> labels;
    std::size_t columns = 0;

    std::size_t size() const noexcept { return labels.size(); }
    dense_view view(std::span<const real> targets, std::span<const real> weights = {}) const noexcept {
        return {.values = values, .targets = targets, .weights = weights, .columns = columns};
    }
};

} // namespace peccary
