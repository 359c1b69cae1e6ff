// A dense matrix in memory that somebody else owns, as it stands or transposed.
#pragma once

#include "peccary/core/types.hpp"

#include <cstddef>

namespace peccary {

/// Element (i, j) is `data[i * row_stride + j * column_stride]`. One of the strides is 1.
struct matrix_operand {
    const real* data = nullptr;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t row_stride = 0;
    std::size_t column_stride = 1;

    matrix_operand transposed() const noexcept {
        return {.data = data, .rows = columns, .columns = rows, .row_stride = column_stride, .column_stride = row_stride};
    }
};

/// All elements, row by row.
inline matrix_operand row_major(const real* data, std::size_t rows, std::size_t columns) noexcept {
    return {.data = data, .rows = rows, .columns = columns, .row_stride = columns};
}

} // namespace peccary
