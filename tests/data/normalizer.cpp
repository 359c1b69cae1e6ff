// Normalization: what each method makes of columns worked out by hand, and what must not be learned
// or applied.
#include "catch.hpp"

#include "peccary/data/normalizer.hpp"
#include "peccary/data/split.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <vector>

using namespace peccary;

namespace {

/// Features: 1 2 3 6 (mean 3, deviation sqrt 3.5); a constant; -1 1 -1 1 (mean 0, deviation 1).
dense_dataset four_rows() {
    dense_dataset data;
    data.columns = 3;
    data.values = {1, 5, -1, 2, 5, 1, 3, 5, -1, 6, 5, 1};
    data.labels.assign(4, 0);
    return data;
}

normalizer learned(std::string_view method, const dense_dataset& data, std::span<const row_index> rows) {
    const std::vector<real> targets(data.size());
    return learn_normalizer(method, data.view(targets), rows);
}

normalizer learned(std::string_view method, const dense_dataset& data) { return learned(method, data, all_rows(data.size())); }

} // namespace

TEST_CASE("standard: mean zero and deviation one, and a constant feature becomes zero") {
    dense_dataset data = four_rows();
    const normalizer how = learned("standard", data);
    REQUIRE(how.active());
    REQUIRE(how.learned());
    how.apply(data);
    const real deviation = std::sqrt(3.5F);
    const std::vector<real> expected{-2 / deviation, 0, -1, -1 / deviation, 0, 1, 0, 0, -1, 3 / deviation, 0, 1};
    for (std::size_t k = 0; k < expected.size(); ++k) {
        CAPTURE(k);
        REQUIRE(data.values[k] == Approx(expected[k]).margin(1e-6));
    }
}

TEST_CASE("minmax: 0 to 1, and a constant feature becomes zero") {
    dense_dataset data = four_rows();
    learned("minmax", data).apply(data);
    REQUIRE(std::vector<real>(data.values.begin(), data.values.end()) == std::vector<real>{0, 0, 0, 0.2F, 0, 1, 0.4F, 0, 0, 1, 0, 1});
}

TEST_CASE("what is learned is that of the given rows only, and is done to all") {
    dense_dataset data = four_rows();
    const std::vector<row_index> training{0, 1, 2};
    learned("minmax", data, training).apply(data);
    REQUIRE(data.values[9] == 2.5F); // (6 - 1) / 2: beyond the range of the training rows
}

TEST_CASE("unit: rows of norm one, dense and sparse, and rows of zeros stay") {
    dense_dataset dense;
    dense.columns = 2;
    dense.values = {3, 4, 0, 0, -5, 12};
    dense.labels.assign(3, 0);
    const normalizer how = learned("unit", dense);
    REQUIRE(how.active());
    REQUIRE_FALSE(how.learned());
    how.apply(dense);
    REQUIRE(std::vector<real>(dense.values.begin(), dense.values.end()) == std::vector<real>{0.6F, 0.8F, 0, 0, -5 / 13.0F, 12 / 13.0F});

    sparse_dataset sparse;
    sparse.columns = 9;
    sparse.offsets = {0, 2, 2, 3};
    sparse.indices = {1, 8, 4};
    sparse.values = {3, 4, -7};
    sparse.labels.assign(3, 0);
    const std::vector<real> targets(3);
    learn_normalizer("unit", sparse.view(targets), all_rows(3)).apply(sparse);
    REQUIRE(std::vector<real>(sparse.values.begin(), sparse.values.end()) == std::vector<real>{0.6F, 0.8F, -1});
}

TEST_CASE("values near the limits of a float neither overflow a sum nor make a factor infinite") {
    dense_dataset data;
    data.columns = 2;
    data.values = {3e38F, 1e-45F, 3e38F, 0};
    data.labels.assign(2, 0);
    for (const std::string_view method : {"unit", "standard", "minmax"}) {
        dense_dataset normalized = data;
        learned(method, data).apply(normalized);
        for (const real value : normalized.values) {
            REQUIRE(std::isfinite(value));
        }
    }
}

TEST_CASE("a mean far from zero does not spoil the deviation") {
    dense_dataset data;
    data.columns = 1;
    for (int i = 0; i < 1000; ++i) {
        data.values.push_back(10'000.0F + static_cast<real>(i % 2));
    }
    data.labels.assign(1000, 0);
    learned("standard", data).apply(data);
    // the mean is kept as a float: a thousandth off at most
    REQUIRE(data.values[0] == Approx(-1).margin(0.01));
    REQUIRE(data.values[1] == Approx(1).margin(0.01));
}

TEST_CASE("unknown methods, and methods that would fill sparse rows, are refused") {
    const dense_dataset dense = four_rows();
    REQUIRE_THROWS_WITH(learned("log", dense), contains_text("unknown normalization 'log'; choose one of unit, standard, minmax"));
    REQUIRE_FALSE(learned("none", dense).active());
    const sparse_dataset sparse;
    const std::vector<row_index> none;
    for (const std::string_view method : {"standard", "minmax"}) {
        REQUIRE_THROWS_AS(learn_normalizer(method, sparse.view({}), none), usage_error);
    }
    REQUIRE_FALSE(learn_normalizer("none", sparse.view({}), none).active());
}
