// The product of two dense matrices, on which a network spends most of its time.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/objective/matrix_operand.hpp"
#include "peccary/objective/wide_product.hpp"

#include <Eigen/Core>

#include <cstddef>

namespace peccary {

namespace product_detail {

/// out = factor * left * right, by Eigen, for any processor.
inline void multiply_by_eigen(real factor, const matrix_operand& left, const matrix_operand& right, real* out) {
    using Eigen::Dynamic;
    using row_major_map = Eigen::Map<const Eigen::Matrix<real, Dynamic, Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;
    using column_major_map = Eigen::Map<const Eigen::Matrix<real, Dynamic, Dynamic, Eigen::ColMajor>, 0, Eigen::OuterStride<>>;
    const auto index = [](std::size_t size) { return static_cast<Eigen::Index>(size); };
    const auto with_map = [&](const matrix_operand& of, auto visit) {
        if (of.column_stride == 1) {
            visit(row_major_map(of.data, index(of.rows), index(of.columns), Eigen::OuterStride<>(index(of.row_stride))));
        } else {
            visit(column_major_map(of.data, index(of.rows), index(of.columns), Eigen::OuterStride<>(index(of.column_stride))));
        }
    };
    Eigen::Map<Eigen::Matrix<real, Dynamic, Dynamic, Eigen::RowMajor>> product(out, index(left.rows), index(right.columns));
    with_map(left, [&](const auto& a) { with_map(right, [&](const auto& b) { product.noalias() = factor * a * b; }); });
}

} // namespace product_detail

/// out = factor * left * right; `out` is row-major, left.rows x right.columns, and overlaps
/// neither. `left.columns` equals `right.rows`. The bits of a row of `out` may depend on the
/// processor. Thread-safety: reentrant.
inline void multiply(real factor, const matrix_operand& left, const matrix_operand& right, real* out) {
#if PECCARY_WIDE_PRODUCT
    if (product_detail::wide_product::runs_here()) {
        product_detail::wide_product::multiply(factor, left, right, out);
        return;
    }
#endif
    product_detail::multiply_by_eigen(factor, left, right, out);
}

/// Whether the bits of a row of a product are the same whatever rows `left` has beside it, as long
/// as its strides stay the same.
inline bool rows_are_independent() noexcept {
#if PECCARY_WIDE_PRODUCT
    return product_detail::wide_product::runs_here();
#else
    return false;
#endif
}

} // namespace peccary
