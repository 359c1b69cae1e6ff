// A data set that lies in a cache, mapped into memory.
#pragma once

#include "peccary/core/mapped_file.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/format/line_map.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace peccary {

/// As `sparse_dataset`, in memory that something else owns.
struct mapped_sparse_dataset {
    std::span<const std::uint64_t> offsets;
    std::span<const feature_index> indices;
    std::span<const real> values;
    std::span<const double> labels;
    std::size_t columns = 0;

    std::size_t size() const noexcept { return labels.size(); }
    sparse_view view(std::span<const real> targets, std::span<const real> weights = {}) const noexcept {
        return {.offsets = offsets, .indices = indices, .values = values, .targets = targets, .weights = weights, .columns = columns};
    }
};

/// As `dense_dataset`, in memory that something else owns.
struct mapped_dense_dataset {
    std::span<const real> values;
    std::span<const double> labels;
    std::size_t columns = 0;

    std::size_t size() const noexcept { return labels.size(); }
    dense_view view(std::span<const real> targets, std::span<const real> weights = {}) const noexcept {
        return {.values = values, .targets = targets, .weights = weights, .columns = columns};
    }
};

/// Views of `data` are valid as long as `file` lives, wherever it is moved.
struct cached_dataset {
    mapped_file file;
    std::variant<mapped_sparse_dataset, mapped_dense_dataset> data;
    line_map lines;
};

/// What was looked for, or why it is not there.
struct cache_lookup {
    std::optional<cached_dataset> found;
    std::string why_not; ///< "it was cut short"; empty if it was found, or if there is no file
};

} // namespace peccary
