// Row views: what a restriction to a range of features keeps, for sparse and dense rows alike.
#include "catch.hpp"

#include "peccary/data/dataset.hpp"
#include "peccary/objective/objective.hpp"

#include <vector>

using peccary::dense_row;
using peccary::feature_index;
using peccary::real;
using peccary::restrict_to;
using peccary::sparse_row;

TEST_CASE("restrictions of a row partition it") {
    const std::vector<feature_index> indices{2, 3, 7, 8, 20};
    const std::vector<real> values{1, 2, 3, 4, 5};
    const sparse_row sparse{.indices = indices, .values = values, .target = -1, .weight = 3};
    const dense_row dense{.values = values, .first = 4, .target = -1, .weight = 3};
    const auto check = [](const auto& row, feature_index middle) {
        const auto low = restrict_to(row, 0, middle);
        const auto high = restrict_to(row, middle, peccary::max_index + 1);
        REQUIRE(low.size() + high.size() == row.size());
        for (std::size_t k = 0; k < row.size(); ++k) {
            const auto& part = k < low.size() ? low : high;
            const std::size_t at = k < low.size() ? k : k - low.size();
            REQUIRE(part.index(at) == row.index(k));
            REQUIRE(part.value(at) == row.value(k));
            REQUIRE((part.index(at) < middle) == (k < low.size()));
        }
        for (const auto& part : {low, high}) {
            REQUIRE(part.target == row.target);
            REQUIRE(part.weight == row.weight);
        }
    };
    for (feature_index middle = 0; middle < 30; ++middle) {
        check(sparse, middle);
        check(dense, middle);
        check(sparse_row{}, middle);
        check(dense_row{}, middle);
    }
    REQUIRE(restrict_to(sparse, 8, 8).size() == 0);
    REQUIRE(restrict_to(sparse, 3, 8).size() == 2);
    REQUIRE(restrict_to(dense, 5, 7).first == 5);
    REQUIRE(restrict_to(dense, 5, 7).size() == 2);
}

TEST_CASE("the share of everything has the largest legal feature") {
    const feature_index largest = peccary::max_index;
    const real value = 1;
    const sparse_row row{.indices = {&largest, 1}, .values = {&value, 1}};
    const peccary::feature_share everything;
    REQUIRE(restrict_to(row, everything.first, everything.last).size() == 1);
}

TEST_CASE("views give each row its part of the storage") {
    peccary::sparse_dataset sparse;
    sparse.offsets = {0, 2, 2, 3};
    sparse.indices = {1, 4, 0};
    sparse.values = {10, 20, 30};
    sparse.labels = {1, 2, 3};
    sparse.columns = 5;
    const std::vector<real> targets{-1, 1, -1};
    const std::vector<real> weights{2, 3, 4};
    const auto view = sparse.view(targets, weights);
    REQUIRE(view.size() == 3);
    REQUIRE(view.features() == 5);
    REQUIRE(view.nonzeros() == 3);
    REQUIRE(view.row(0).size() == 2);
    REQUIRE(view.row(0).index(1) == 4);
    REQUIRE(view.row(0).value(1) == 20);
    REQUIRE(view.row(1).size() == 0);
    REQUIRE(view.row(1).weight == 3);
    REQUIRE(view.row(2).index(0) == 0);
    REQUIRE(view.row(2).target == -1);
    REQUIRE(sparse.view(targets).row(2).weight == 1);

    peccary::dense_dataset dense;
    dense.values = {1, 2, 3, 4, 5, 6};
    dense.labels = {1, 2, 3};
    dense.columns = 2;
    const auto rows = dense.view(targets, weights);
    REQUIRE(rows.row(1).size() == 2);
    REQUIRE(rows.row(1).index(1) == 1);
    REQUIRE(rows.row(1).value(1) == 4);
    REQUIRE(rows.row(2).weight == 4);
}
