// Eigen matrices as views: the same entries, at the same addresses where that is promised.
#include "catch.hpp"

#include "data/format/reading.hpp"
#include "peccary/core/error.hpp"
#include "peccary/data/eigen.hpp"

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <cstdint>
#include <type_traits>
#include <vector>

using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

TEST_CASE("a dense matrix is viewed in place") {
    row_major matrix(2, 3);
    matrix << 1, 2, 3, 4, 5, 6;
    const std::vector<float> targets{-1, 1};
    const std::vector<float> weights{2, 3};
    const peccary::dense_view view = peccary::view_of(matrix, targets, weights);
    CHECK(view.values.data() == matrix.data());
    CHECK(view.size() == 2);
    CHECK(view.features() == 3);
    CHECK(view.row(1).value(2) == 6);
    CHECK(view.row(1).target == 1);
    CHECK(view.row(1).weight == 3);

    const Eigen::Map<const row_major> map(matrix.data(), 3, 2);
    CHECK(peccary::view_of(map, std::vector<float>(3)).row(2).value(0) == 5);
    CHECK_THROWS_AS(peccary::view_of(matrix, weights, std::vector<float>(1)), peccary::usage_error);
    CHECK_THROWS_AS(peccary::view_of(matrix, std::vector<float>(3)), peccary::usage_error);
    CHECK_THROWS_AS(peccary::view_of(matrix.leftCols(2), targets), peccary::usage_error);
}

TEMPLATE_TEST_CASE("a sparse matrix is viewed with its values in place", "", std::int32_t, std::int64_t) {
    Eigen::SparseMatrix<float, Eigen::RowMajor, TestType> matrix(3, 5);
    const std::vector<Eigen::Triplet<float, TestType>> entries{{0, 4, 1.5F}, {0, 1, 2.5F}, {2, 0, 3.5F}};
    matrix.setFromTriplets(entries.begin(), entries.end());
    const peccary::eigen_sparse_dataset data(matrix);
    const std::vector<float> targets{1, 2, 3};
    const peccary::sparse_view view = data.view(targets);
    CHECK(view.values.data() == matrix.valuePtr());
    if constexpr (sizeof(TestType) == 4) {
        CHECK(static_cast<const void*>(view.indices.data()) == matrix.innerIndexPtr());
    } else {
        CHECK(static_cast<const void*>(view.offsets.data()) == matrix.outerIndexPtr());
    }
    CHECK(view.features() == 5);
    CHECK(view.nonzeros() == 3);
    REQUIRE(view.row(0).size() == 2);
    CHECK(view.row(0).index(0) == 1);
    CHECK(view.row(0).value(1) == 1.5F);
    CHECK(view.row(1).size() == 0);
    CHECK(view.row(2).index(0) == 0);
    CHECK(view.row(2).target == 3);
    CHECK_THROWS_AS(data.view(std::vector<float>(2)), peccary::usage_error);

    matrix.insert(1, 3) = 4; // no longer compressed
    CHECK(message_of<peccary::usage_error>([&] { const peccary::eigen_sparse_dataset again(matrix); }) ==
          "the sparse matrix is not compressed; call makeCompressed() first");
    matrix.makeCompressed();
    CHECK(peccary::eigen_sparse_dataset(matrix).view(targets).row(1).index(0) == 3);
    matrix.innerIndexPtr()[1] = 1;
    CHECK_THROWS_AS(peccary::eigen_sparse_dataset(matrix), peccary::usage_error);
}

TEST_CASE("a matrix that would not outlive its view is refused at compile time") {
    using matrix = Eigen::SparseMatrix<float, Eigen::RowMajor>;
    STATIC_REQUIRE_FALSE(std::is_constructible_v<peccary::eigen_sparse_dataset, matrix&&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<peccary::eigen_sparse_dataset, const Eigen::SparseMatrix<double, Eigen::RowMajor>&>);
}
