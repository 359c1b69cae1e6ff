// What holds for every input of the LIBSVM reader: it agrees with the simple parser, and with
// itself on any threads and block sizes.
#pragma once

#include "data/format/simple_libsvm.hpp"
#include "peccary/core/error.hpp"
#include "peccary/data/format/libsvm.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libsvm_property {

struct outcome {
    std::optional<peccary::libsvm_file> file;
    std::string message;
};

inline outcome read(std::string_view text, const peccary::libsvm_options& options) {
    peccary::memory_source source(text, "f");
    try {
        return {peccary::read_libsvm(source, options), ""};
    } catch (const peccary::data_error& error) {
        return {std::nullopt, error.what()};
    }
}

inline void require(bool holds, const char* what) {
    if (!holds) {
        throw std::logic_error(what);
    }
}

/// Bit for bit, so that a NaN or the sign of a zero counts.
template <class Left, class Right>
bool same_bits(const Left& left, const Right& right) {
    const auto a = std::as_bytes(std::span(left));
    const auto b = std::as_bytes(std::span(right));
    return std::ranges::equal(a, b);
}

inline void require_same(const outcome& expected, const outcome& other) {
    require(expected.message == other.message, "the message depends on threads or block size");
    require(expected.file.has_value() == other.file.has_value(), "success depends on threads or block size");
    if (expected.file) {
        const peccary::sparse_dataset& a = expected.file->data;
        const peccary::sparse_dataset& b = other.file->data;
        require(a.columns == b.columns && expected.file->base == other.file->base && same_bits(a.offsets, b.offsets) &&
                    same_bits(a.indices, b.indices) && same_bits(a.values, b.values) && same_bits(a.labels, b.labels),
                "the data depends on threads or block size");
        for (std::size_t row = 0; row < a.size(); ++row) {
            require(expected.file->lines.line(row) == other.file->lines.line(row), "the lines depend on threads or block size");
        }
    }
}

inline void require_agreement(const outcome& read, const simple_file& simple) {
    if (simple.error_line != 0) {
        require(read.message.starts_with("f:" + std::to_string(simple.error_line) + ":"),
                "the simple parser finds its first error elsewhere");
        return;
    }
    if (simple.labels.empty()) {
        require(read.message.starts_with("f: has no rows"), "a file without rows was not refused");
        return;
    }
    require(read.file.has_value(), "a file that the simple parser accepts was refused");
    const peccary::sparse_dataset& data = read.file->data;
    require(same_bits(data.offsets, simple.offsets) && same_bits(data.indices, simple.indices) && same_bits(data.values, simple.values) &&
                same_bits(data.labels, simple.labels),
            "the simple parser reads other data");
    for (std::size_t row = 0; row < data.size(); ++row) {
        require(read.file->lines.line(row) == simple.lines[row], "the simple parser finds a row on another line");
    }
}

/// Throws `std::logic_error` if a property does not hold for the text.
inline void check(std::string_view text) {
    for (const peccary::index_base base : {peccary::index_base::detect, peccary::index_base::zero, peccary::index_base::one}) {
        for (const std::uint64_t features : {std::uint64_t{10}, std::uint64_t{peccary::max_index} + 1}) {
            peccary::libsvm_options options;
            options.base = base;
            options.max_features = features;
            const outcome expected = read(text, options);
            require_agreement(expected, parse_simply(text, base, features));
            for (const unsigned threads : {1U, 3U}) {
                for (const std::size_t block_bytes : {std::size_t{1}, std::size_t{16}}) {
                    options.threads = threads;
                    options.block_bytes = block_bytes;
                    require_same(expected, read(text, options));
                }
            }
        }
    }
}

} // namespace libsvm_property
