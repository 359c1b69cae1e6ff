// Eigen matrices as data sets, without copying what need not be copied. Not included by other
// headers.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace peccary {

namespace eigen_detail {

inline void check_lengths(Eigen::Index rows, std::size_t targets, std::size_t weights) {
    if (static_cast<std::size_t>(rows) != targets || (weights != 0 && weights != targets)) {
        throw usage_error("a matrix of " + std::to_string(rows) + " rows has " + std::to_string(targets) + " targets and " +
                          std::to_string(weights) + " weights; give one target per row, and one weight per row or none");
    }
}

} // namespace eigen_detail

/// A view of a row-major matrix (rows x features) of which nothing is copied: matrix, targets and
/// weights must outlive it.
/// Accepts `Eigen::Matrix`, `Eigen::Array` and `Eigen::Map` of `float` whose rows follow each other
/// without gaps.
/// Throws `usage_error` if the lengths differ or the rows have gaps.
template <class Derived>
requires(std::same_as<typename Derived::Scalar, real> && (Derived::Flags & Eigen::RowMajorBit) != 0 &&
         (Derived::Flags & Eigen::DirectAccessBit) != 0) dense_view
    view_of(const Eigen::DenseBase<Derived>& matrix, std::span<const real> targets, std::span<const real> weights = {}) {
    const Derived& data = matrix.derived();
    eigen_detail::check_lengths(data.rows(), targets.size(), weights.size());
    if (data.innerStride() != 1 || (data.rows() > 1 && data.outerStride() != data.cols())) {
        throw usage_error("the rows of the matrix do not follow each other without gaps; copy it into an Eigen::Matrix first");
    }
    return {.values = {data.data(), static_cast<std::size_t>(data.size())},
            .targets = targets,
            .weights = weights,
            .columns = static_cast<std::size_t>(data.cols())};
}

/// A row-major Eigen::SparseMatrix<float> (rows x features) as a data set. Values are never copied;
/// indices are copied only if `StorageIndex` does not have 32 bits, and offsets only if it does not
/// have 64. (A signed integer may be read through the unsigned type of its size: [basic.lval].) The
/// matrix must outlive this object, and this object its views.
class eigen_sparse_dataset {
public:
    /// Throws `usage_error` if the matrix is not compressed or a row's indices do not ascend.
    template <std::signed_integral StorageIndex>
    requires(sizeof(StorageIndex) == 4 ||
             sizeof(StorageIndex) ==
                 8) explicit eigen_sparse_dataset(const Eigen::SparseMatrix<real, Eigen::RowMajor, StorageIndex>& matrix)
        : rows_(matrix.rows()), columns_(static_cast<std::size_t>(matrix.cols())) {
        if (!matrix.isCompressed()) {
            throw usage_error("the sparse matrix is not compressed; call makeCompressed() first");
        }
        if (columns_ > std::size_t{max_index} + 1) {
            throw usage_error("the sparse matrix has " + std::to_string(columns_) + " columns, more than the " +
                              std::to_string(std::size_t{max_index} + 1) + " that Peccary can hold; renumber the features");
        }
        const auto rows = static_cast<std::size_t>(matrix.rows());
        const StorageIndex* const starts = matrix.outerIndexPtr();
        const StorageIndex* const inner = matrix.innerIndexPtr();
        for (std::size_t row = 0; row < rows; ++row) {
            for (StorageIndex k = starts[row] + 1; k < starts[row + 1]; ++k) {
                if (inner[k] <= inner[k - 1]) {
                    throw usage_error("row " + std::to_string(row) +
                                      " of the sparse matrix has indices that do not ascend; build it with setFromTriplets");
                }
            }
        }
        const auto nonzeros = static_cast<std::size_t>(matrix.nonZeros());
        values_ = {matrix.valuePtr(), nonzeros};
        if constexpr (sizeof(StorageIndex) == sizeof(feature_index)) {
            indices_ = {reinterpret_cast<const feature_index*>(inner), nonzeros};
            copied_offsets_.assign(starts, starts + rows + 1);
            offsets_ = copied_offsets_;
        } else {
            offsets_ = {reinterpret_cast<const std::uint64_t*>(starts), rows + 1};
            copied_indices_.reserve(nonzeros);
            for (std::size_t k = 0; k < nonzeros; ++k) {
                copied_indices_.push_back(static_cast<feature_index>(inner[k]));
            }
            indices_ = copied_indices_;
        }
    }
    // it would not outlive this object
    template <class StorageIndex>
    explicit eigen_sparse_dataset(Eigen::SparseMatrix<real, Eigen::RowMajor, StorageIndex>&&) = delete;

    // views of a copy's own arrays would be views of the original's
    eigen_sparse_dataset(const eigen_sparse_dataset&) = delete;
    eigen_sparse_dataset& operator=(const eigen_sparse_dataset&) = delete;

    /// Throws `usage_error` if the lengths differ.
    sparse_view view(std::span<const real> targets, std::span<const real> weights = {}) const {
        eigen_detail::check_lengths(rows_, targets.size(), weights.size());
        return {.offsets = offsets_, .indices = indices_, .values = values_, .targets = targets, .weights = weights, .columns = columns_};
    }

private:
    Eigen::Index rows_;
    std::size_t columns_;
    std::vector<std::uint64_t> copied_offsets_;
    std::vector<feature_index> copied_indices_;
    std::span<const std::uint64_t> offsets_;
    std::span<const feature_index> indices_;
    std::span<const real> values_;
};

} // namespace peccary
