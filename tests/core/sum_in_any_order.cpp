// A sum does not depend on the order of what is summed, is right, and says when a value was not
// finite.
#include "catch.hpp"

#include "peccary/core/random.hpp"
#include "peccary/core/sum_in_any_order.hpp"
#include "peccary/data/visiting_order.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

using namespace peccary;

TEST_CASE("a sum does not depend on the order of what is summed") {
    std::vector<double> values;
    random_stream random(1, 2, 3);
    double plain = 0;
    for (int i = 0; i < 5000; ++i) {
        values.push_back(std::pow(random.unit(), 20) * 1e6);
        plain += values.back();
    }
    const auto sum = [&] { return sum_in_any_order([&](auto visit) { std::ranges::for_each(values, visit); }); };
    const double first = sum();
    REQUIRE(first == Approx(plain).epsilon(1e-7));
    for (int round = 0; round < 20; ++round) {
        shuffle(std::span(values), random);
        REQUIRE(sum() == first);
    }
    values[17] = std::nan("");
    REQUIRE(std::isnan(sum()));
    values[17] = HUGE_VAL;
    REQUIRE(std::isinf(sum()));
    values.clear();
    REQUIRE(sum() == 0);
}
