// What every output inherits from the list: derivatives against differences, weights as factors,
// what is not finite noticed.
#include "catch.hpp"

#include "peccary/core/random.hpp"
#include "peccary/objective/outputs.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

using peccary::network_outputs;
using peccary::real;
using peccary::target_kind;

namespace {

template <class Output>
std::vector<real> output_targets() {
    switch (Output::info.target) {
    case target_kind::multiclass:
        return {0, 1, 2, 3};
    case target_kind::binary:
        return {-1, 1};
    case target_kind::regression:
        break;
    }
    return {-3.5F, 0, 0.25F, 10};
}

template <class Output>
std::vector<real> drawn_scores(peccary::random_stream& random) {
    std::vector<real> scores(Output::info.target == target_kind::multiclass ? 4 : 1);
    for (real& score : scores) {
        score = static_cast<real>(6 * (random.unit() - 0.5));
    }
    return scores;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("an output's derivative is the slope of its loss in each score, times the weight", "", network_outputs) {
    INFO(TestType::info.name);
    constexpr real step = 1.0F / 512;
    peccary::random_stream random(1, 0, 0);
    for (int draw = 0; draw < 50; ++draw) {
        const auto scores = drawn_scores<TestType>(random);
        for (const real target : output_targets<TestType>()) {
            for (const real weight : {1.0F, 2.5F}) {
                auto slopes = scores;
                REQUIRE(std::isfinite(TestType::differentiate(target, weight, slopes)));
                for (std::size_t c = 0; c < scores.size(); ++c) {
                    CAPTURE(target, weight, c, scores[c]);
                    auto moved = scores;
                    moved[c] = scores[c] + step;
                    const double above = TestType::loss(moved, target);
                    moved[c] = scores[c] - step;
                    const double below = TestType::loss(moved, target);
                    REQUIRE(slopes[c] == Approx(weight * (above - below) / (2.0 * step)).epsilon(1e-3).margin(1e-3));
                }
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("a score that is not finite is noticed, wherever it is; a large one is not an error", "", network_outputs) {
    INFO(TestType::info.name);
    peccary::random_stream random(2, 0, 0);
    const auto scores = drawn_scores<TestType>(random);
    constexpr real infinity = std::numeric_limits<real>::infinity();
    for (const real target : output_targets<TestType>()) {
        for (std::size_t c = 0; c < scores.size(); ++c) {
            for (const real bad : {std::numeric_limits<real>::quiet_NaN(), infinity, -infinity}) {
                auto slopes = scores;
                slopes[c] = bad;
                REQUIRE_FALSE(std::isfinite(TestType::differentiate(target, 1, slopes)));
            }
            for (const real large : {1e4F, -1e4F}) {
                auto slopes = scores;
                slopes[c] = large;
                REQUIRE(std::isfinite(TestType::loss(slopes, target)));
                REQUIRE(std::isfinite(TestType::differentiate(target, 1, slopes)));
                for (const real slope : slopes) {
                    REQUIRE(std::isfinite(slope));
                }
            }
        }
    }
}

TEST_CASE("names of outputs are unique") {
    std::set<std::string_view> names;
    network_outputs::for_each([&](auto tag) { names.insert(decltype(tag)::type::info.name); });
    REQUIRE(names.size() == network_outputs::size);
}
