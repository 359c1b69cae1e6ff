// What every loss inherits from the list: golden values, derivatives against differences,
// subgradients at kinks, guards far out.
#include "catch.hpp"

#include "golden/losses.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/objective/any_loss.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <vector>

using peccary::losses;
using peccary::real;
using peccary::target_kind;

namespace {

template <class Loss>
std::vector<real> targets() {
    return Loss::info.target == target_kind::binary ? std::vector<real>{-1, 1} : std::vector<real>{-3.5F, -1, 0, 0.25F, 1, 100};
}

/// Scores at and around the places where some loss changes its formula, for a target.
std::vector<real> telling_scores(real target) {
    std::vector<real> scores;
    for (const real centre : {target, -target, target - 1, target + 1, real{0}}) {
        for (const real away : {0.0F, 0.25F, 0.5F, 1.5F, 7.0F}) {
            scores.push_back(centre + away);
            scores.push_back(centre - away);
        }
    }
    return scores;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("values and derivatives equal those of an independent implementation", "", losses) {
    int points = 0;
    for (const auto& point : golden::losses) {
        if (point.loss == TestType::info.name) {
            ++points;
            CAPTURE(point.loss, point.score, point.target);
            const auto score = static_cast<real>(point.score);
            const auto target = static_cast<real>(point.target);
            REQUIRE(TestType::value(score, target) == Approx(point.value).epsilon(1e-14).margin(1e-300));
            REQUIRE(TestType::derivative(score, target) == Approx(point.derivative).epsilon(2e-6).margin(1e-30));
        }
    }
    REQUIRE(points >= 30); // a new loss has its formula in golden/losses.py
}

TEMPLATE_LIST_TEST_CASE("the derivative is the slope of the value", "", losses) {
    INFO(TestType::info.name);
    constexpr real step = 1.0F / 1024; // exact, so that the differences of scores are
    for (const real target : targets<TestType>()) {
        for (const real score : telling_scores(target)) {
            CAPTURE(target, score);
            const double at = TestType::value(score, target);
            const double right = (TestType::value(score + step, target) - at) / step;
            const double left = (at - TestType::value(score - step, target)) / step;
            const double derivative = TestType::derivative(score, target);
            // The losses are convex: a derivative, or at a kink a subgradient, lies between the
            // slopes of the two sides.
            REQUIRE(derivative >= left - 1e-6 * (1 + std::abs(left)));
            REQUIRE(derivative <= right + 1e-6 * (1 + std::abs(right)));
            if (right - left <= 2.5 * step) { // no kink here: the second derivative is at most 2
                REQUIRE(derivative == Approx((left + right) / 2).margin(2e-3));
            } else {
                REQUIRE_FALSE(TestType::info.differentiable);
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("the stated curvature bounds the second derivative", "", losses) {
    if constexpr (TestType::info.differentiable) {
        INFO(TestType::info.name);
        double largest = 0;
        for (const real target : targets<TestType>()) {
            for (real score = target - 5; score < target + 5; score += 0.125F) {
                const double change = TestType::derivative(score + 0.125F, target) - TestType::derivative(score, target);
                largest = std::max(largest, change / 0.125);
            }
        }
        REQUIRE(largest <= TestType::info.curvature * 1.0001);
        // and tightly, since first steps are scaled by it
        REQUIRE(largest >= TestType::info.curvature * 0.9);
    }
}

TEMPLATE_LIST_TEST_CASE("losses are never negative, and vanish somewhere", "", losses) {
    INFO(TestType::info.name);
    peccary::random_stream random(1, 0, 0);
    for (const real target : targets<TestType>()) {
        double least = 1e300;
        for (int draw = 0; draw < 1000; ++draw) {
            const double value = TestType::value(static_cast<real>((random.unit() - 0.5) * 100), target);
            REQUIRE(value >= 0);
            least = std::min(least, value);
        }
        least = std::min(least, TestType::value(target * (TestType::info.target == target_kind::binary ? 100 : 1), target));
        REQUIRE(least < 1e-20);
    }
}

TEMPLATE_LIST_TEST_CASE("huge scores overflow neither value nor derivative", "", losses) {
    INFO(TestType::info.name);
    for (const real target : targets<TestType>()) {
        for (const real score : {-1e30F, -1e4F, -100.0F, 100.0F, 1e4F, 1e30F}) {
            CAPTURE(target, score);
            const double value = TestType::value(score, target);
            const double derivative = TestType::derivative(score, target);
            REQUIRE(std::isfinite(value));
            REQUIRE(std::isfinite(derivative));
            REQUIRE(value >= 0);
            // Far out, on the wrong side, the value is large and the derivative points back.
            const bool wrong = TestType::info.target == target_kind::regression || score * target < 0;
            if (wrong && std::abs(score) > 1000) {
                REQUIRE(value >= 0.9 * std::abs(static_cast<double>(score)) - 101);
                REQUIRE((derivative > 0) == (score > 0));
            }
        }
    }
}

TEST_CASE("names are unique") {
    std::set<std::string_view> names;
    losses::for_each([&](auto tag) { names.insert(decltype(tag)::type::info.name); });
    REQUIRE(names.size() == losses::size);
}

TEMPLATE_LIST_TEST_CASE("a loss chosen at run time has the facts and the bits of the loss itself", "", losses) {
    INFO(TestType::info.name);
    const peccary::linear<peccary::any_loss> chosen(3, false, peccary::any_loss::named(TestType::info.name));
    const peccary::loss_info facts = facts_of(chosen);
    REQUIRE(facts.name == TestType::info.name);
    REQUIRE(facts.target == TestType::info.target);
    REQUIRE(facts.curvature == TestType::info.curvature);
    const auto loss = peccary::any_loss::named(TestType::info.name);
    for (const real target : targets<TestType>()) {
        for (const real score : telling_scores(target)) {
            CAPTURE(target, score);
            REQUIRE(loss.value(score, target) == TestType::value(score, target));
            REQUIRE(loss.derivative(score, target) == TestType::derivative(score, target));
        }
    }
    REQUIRE_THROWS_AS(peccary::any_loss::named("quadratic"), peccary::usage_error);
}
