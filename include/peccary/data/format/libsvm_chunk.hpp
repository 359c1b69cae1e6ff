// The rows of one block of LIBSVM text, and what limits their indices.
#pragma once

#include "peccary/core/storage.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace peccary {

/// What a file's feature indices count from.
enum class index_base : std::uint8_t {
    detect, ///< 0 if any index of the file is 0, else 1
    zero,
    one
};

/// How many features a file may have, and in whose name: decides the message.
struct feature_limit {
    enum class reason : std::uint8_t { index_type, max_features, model };

    std::uint64_t features = std::uint64_t{max_index} + 1; ///< at least 1
    reason why = reason::index_type;
};

/// The rows of one block. Indices are as written: what they count from is known for sure only when
/// the whole file has been seen.
struct libsvm_chunk {
    page_buffer memory;
    std::uint64_t* row_ends = nullptr; ///< (rows) entries of this chunk up to the row's end
    double* labels = nullptr;          ///< (rows)
    feature_index* indices = nullptr;  ///< (nonzeros)
    real* values = nullptr;            ///< (nonzeros)
    std::size_t rows = 0;
    std::size_t nonzeros = 0;
    std::uint64_t lines = 0;
    feature_index largest = 0; ///< index, as written
    bool has_zero = false;     ///< an index 0 occurs
    line_map row_lines;        ///< rows and lines of this chunk alone
    /// While the base is being detected: the first index that is one too large if the indices count
    /// from 0.
    std::optional<text_fault> beyond_if_zero;
    std::optional<text_fault> fault;

    bool failed() const noexcept { return fault.has_value(); }

    /// Makes room for the rows of `text`. One allocation, sized by counting: every row has its
    /// newline, and every entry its colon.
    void reserve(std::string_view text) {
        const auto [newlines, colons] = count_bytes(text, '\n', ':');
        memory = page_buffer(newlines * (sizeof(std::uint64_t) + sizeof(double)) + colons * (sizeof(feature_index) + sizeof(real)));
        std::size_t offset = 0;
        row_ends = memory.carve<std::uint64_t>(offset, newlines);
        labels = memory.carve<double>(offset, newlines);
        indices = memory.carve<feature_index>(offset, colons);
        values = memory.carve<real>(offset, colons);
    }

    /// Adds a row whose entries are already in place, behind those of the rows before it.
    void add_row(double label, std::size_t entries) {
        feature_index* const row = indices + nonzeros;
        if (entries > 0) {
            largest = (std::max)(largest, row[entries - 1]);
        }
        nonzeros += entries;
        row_ends[rows] = nonzeros;
        labels[rows] = label;
        row_lines.add(rows, lines);
        ++rows;
    }
};

namespace libsvm_detail {

/// True for what separates a row's tokens.
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

} // namespace libsvm_detail

} // namespace peccary
