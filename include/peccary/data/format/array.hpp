// Reads a file that holds one array of numbers, IDX or .npy: rows of features, or the labels of
// such rows.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/format/array_format.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/idx.hpp"
#include "peccary/data/format/npy.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace peccary {

enum class array_kind : std::uint8_t { idx, npy };

namespace array_detail {

template <class Stored, class Use>
void for_each_element_of(exact_reader& reader, const array_format& format, std::uint64_t count, Use use) {
    constexpr std::size_t most = (std::size_t{1} << 16U) / sizeof(Stored);
    const bool swapped = format.big_endian != (std::endian::native == std::endian::big);
    std::vector<char> bytes(most * sizeof(Stored));
    for (std::uint64_t done = 0; done < count;) {
        const std::size_t here = (std::min<std::uint64_t>)(most, count - done);
        const std::span<char> block = std::span(bytes).first(here * sizeof(Stored));
        reader.fill(block, "the elements of the array");
        for (std::size_t i = 0; i < here; ++i) {
            const std::span<char> place = block.subspan(i * sizeof(Stored), sizeof(Stored));
            if (swapped) {
                std::ranges::reverse(place);
            }
            Stored value{};
            std::memcpy(&value, place.data(), sizeof(Stored));
            use(done + i, static_cast<double>(value));
        }
        done += here;
    }
}

/// Calls `use(k, value)` for the elements in the order of the file, k from 0.
template <class Use>
void for_each_element(exact_reader& reader, const array_format& format, std::uint64_t count, Use use) {
    switch (format.element) {
    case element_type::u8:
        return for_each_element_of<std::uint8_t>(reader, format, count, use);
    case element_type::i8:
        return for_each_element_of<std::int8_t>(reader, format, count, use);
    case element_type::u16:
        return for_each_element_of<std::uint16_t>(reader, format, count, use);
    case element_type::i16:
        return for_each_element_of<std::int16_t>(reader, format, count, use);
    case element_type::u32:
        return for_each_element_of<std::uint32_t>(reader, format, count, use);
    case element_type::i32:
        return for_each_element_of<std::int32_t>(reader, format, count, use);
    case element_type::u64:
        return for_each_element_of<std::uint64_t>(reader, format, count, use);
    case element_type::i64:
        return for_each_element_of<std::int64_t>(reader, format, count, use);
    case element_type::f32:
        return for_each_element_of<float>(reader, format, count, use);
    case element_type::f64:
        return for_each_element_of<double>(reader, format, count, use);
    }
}

/// "60000 x 28 x 28"
inline std::string shape_text(const array_format& format) {
    std::string text;
    for (const std::uint64_t extent : format.shape) {
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    }
    return text;
}

struct matrix_shape {
    std::size_t rows = 0;
    std::size_t columns = 0;
};

/// All extents but the first make up a row.
inline matrix_shape matrix_shape_of(const exact_reader& reader, const array_format& format) {
    if (format.shape.empty()) {
        reader.fail("holds a single number, not rows; give an array of at least one dimension");
    }
    constexpr std::uint64_t most_rows = (std::numeric_limits<row_index>::max)();
    constexpr std::uint64_t most_columns = std::uint64_t{max_index} + 1;
    matrix_shape shape{.rows = format.shape[0], .columns = 1};
    bool fits = shape.rows <= most_rows;
    for (std::size_t i = 1; i < format.shape.size() && fits; ++i) {
        const std::uint64_t extent = format.shape[i];
        fits = extent == 0 || shape.columns <= most_columns / extent;
        shape.columns *= extent;
    }
    if (!fits) {
        reader.fail("announces an array of " + shape_text(format) + ", more than the " + std::to_string(most_rows) + " rows or the " +
                    std::to_string(most_columns) + " features that Peccary can hold; check the file, or split it");
    }
    if (shape.rows == 0 || shape.columns == 0) {
        reader.fail("holds an empty array, " + shape_text(format) + "; give one with at least one row and one feature");
    }
    if (format.column_major && format.shape.size() > 2) {
        reader.fail("holds an array of " + shape_text(format) +
                    " in Fortran order; save it in C order: numpy.save(file, numpy.ascontiguousarray(array))");
    }
    return shape;
}

inline array_format read_header(exact_reader& reader, array_kind kind) {
    return kind == array_kind::idx ? read_idx_header(reader) : read_npy_header(reader);
}

/// The elements in the order of the file. Room is made as they come, so that a header that lies
/// costs little; the first gigabyte at once, of which only what is filled becomes resident.
/// `use(k, value)` makes an element of type T.
template <class T, class Use>
storage<T> read_elements(exact_reader& reader, const array_format& format, std::size_t count, Use use) try {
    constexpr std::size_t at_once = (std::size_t{1} << 30U) / sizeof(T);
    storage<T> values;
    for_each_element(reader, format, count, [&](std::uint64_t k, double value) {
        if (k == values.size()) [[unlikely]] {
            values.resize((std::min)(count, (std::max)(at_once, 2 * values.size())));
        }
        values[k] = use(k, value);
    });
    return values;
} catch (const std::bad_alloc&) {
    reader.fail("announces an array of " + shape_text(format) + ", which does not fit into memory; check the file, or split it");
}

/// From column-major to row-major order.
inline storage<real> transposed(const storage<real>& columns, const matrix_shape& shape) {
    storage<real> rows(columns.size());
    for (std::size_t row = 0; row < shape.rows; ++row) {
        for (std::size_t column = 0; column < shape.columns; ++column) {
            rows[row * shape.columns + column] = columns[column * shape.rows + row];
        }
    }
    return rows;
}

} // namespace array_detail

/// Reads the whole source: one row for each index of the first dimension, with all other
/// dimensions, flattened in row-major order, as its features. The labels are NaN. Bytes stay 0 to
/// 255; see `normalizer`. At its peak the memory is that of the data set (twice that in Fortran
/// order, or beyond a gigabyte).
///
/// Throws `data_error` "file: what is wrong; what to do": no such format, cut short or too long, an
/// empty array, one beyond memory, an element that is not finite as a `real`, or other than
/// `model_features` features a row; and what the source throws.
inline dense_dataset read_array(byte_source& source, array_kind kind, std::optional<std::size_t> model_features = std::nullopt) {
    exact_reader reader(source);
    const array_format format = array_detail::read_header(reader, kind);
    const array_detail::matrix_shape shape = array_detail::matrix_shape_of(reader, format);
    if (model_features && *model_features != shape.columns) {
        reader.fail("has " + std::to_string(shape.columns) + " features a row, the model " + std::to_string(*model_features) +
                    "; use data with the features that the model was trained on");
    }
    dense_dataset data;
    data.columns = shape.columns;
    data.values = array_detail::read_elements<real>(reader, format, shape.rows * shape.columns, [&](std::uint64_t k, double value) {
        if (!is_finite(value) || !fits_real(value)) {
            const std::uint64_t row = format.column_major ? k % shape.rows : k / shape.columns;
            const std::uint64_t column = format.column_major ? k / shape.rows : k % shape.columns;
            reader.fail("row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1) +
                        ": a value that is not a number within the range of a 32-bit float; replace or drop it");
        }
        return static_cast<real>(value);
    });
    reader.require_end();
    if (format.column_major) {
        data.values = array_detail::transposed(data.values, shape);
    }
    data.labels.assign(shape.rows, std::numeric_limits<double>::quiet_NaN());
    return data;
}

/// Reads one label a row, from an array of one dimension, or of two of which the second is 1.
/// Throws as `read_array` does.
inline storage<double> read_label_array(byte_source& source, array_kind kind) {
    exact_reader reader(source);
    const array_format format = array_detail::read_header(reader, kind);
    const array_detail::matrix_shape shape = array_detail::matrix_shape_of(reader, format);
    if (shape.columns != 1) {
        reader.fail("holds an array of " + array_detail::shape_text(format) + ", not one label a row; give the file with the labels");
    }
    auto labels = array_detail::read_elements<double>(reader, format, shape.rows, [](std::uint64_t, double value) { return value; });
    reader.require_end();
    return labels;
}

} // namespace peccary
