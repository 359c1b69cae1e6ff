// The train/validation split: a partition of the expected size, in which a row keeps its side
// whatever else changes.
#include "catch.hpp"

#include "peccary/data/row.hpp"
#include "peccary/data/split.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using peccary::row_index;

TEST_CASE("training and validation rows partition the file, ascending") {
    for (const std::size_t rows : {0, 1, 10, 1000, 20000}) {
        for (const double fraction : {0.0, 0.1, 0.5, 1.0}) {
            CAPTURE(rows, fraction);
            const auto split = peccary::split_rows(rows, 1, fraction);
            REQUIRE(std::ranges::is_sorted(split.training));
            REQUIRE(std::ranges::is_sorted(split.validation));
            std::vector<row_index> all;
            std::ranges::merge(split.training, split.validation, std::back_inserter(all));
            REQUIRE(all == peccary::all_rows(rows));
            const double expected = static_cast<double>(rows) * fraction;
            // Five standard deviations; none at 0 and 1, where the fraction is exact.
            REQUIRE(std::abs(static_cast<double>(split.validation.size()) - expected) <= 5 * std::sqrt(expected * (1 - fraction)));
        }
    }
}

TEST_CASE("a row keeps its side when the file grows") {
    const auto small = peccary::split_rows(1000, 7, 0.3);
    const auto large = peccary::split_rows(5000, 7, 0.3);
    REQUIRE(std::equal(small.validation.begin(), small.validation.end(), large.validation.begin()));
    REQUIRE(std::equal(small.training.begin(), small.training.end(), large.training.begin()));
}

TEST_CASE("a larger fraction only adds validation rows") {
    for (row_index row = 0; row < 10000; ++row) {
        if (peccary::in_validation(3, row, 0.2)) {
            REQUIRE(peccary::in_validation(3, row, 0.4));
        }
    }
}

TEST_CASE("seeds split independently") {
    int both = 0;
    for (row_index row = 0; row < 10000; ++row) {
        both += peccary::in_validation(1, row, 0.5) && peccary::in_validation(2, row, 0.5) ? 1 : 0;
    }
    REQUIRE(std::abs(both - 2500) < 217); // five standard deviations
}
