// What every activation inherits from the list: derivatives against differences, NaN passed on,
// nothing overflowing far out.
#include "catch.hpp"

#include "peccary/objective/activations.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

using peccary::real;

namespace {

/// f of each, in blocks of several lengths' remainders: vector code has a last, shorter part.
template <class Activation>
std::vector<real> applied(const std::vector<real>& sums) {
    std::vector<real> out(sums.size());
    Activation::apply(sums, out);
    return out;
}

template <class Activation>
std::vector<real> derivatives(const std::vector<real>& sums) {
    std::vector<real> slopes(sums.size(), real{1});
    Activation::chain(sums, applied<Activation>(sums), slopes);
    return slopes;
}

/// The textbook formula, in double.
double formula(std::string_view name, double z) {
    return name == "relu"      ? std::max(0.0, z)
           : name == "tanh"    ? std::tanh(z)
           : name == "sigmoid" ? 1 / (1 + std::exp(-z))
                               : z * 0.5 * (1 + std::erf(z / std::sqrt(2.0)));
}

std::vector<real> telling_sums() {
    std::vector<real> sums;
    for (int n = -200; n <= 200; ++n) {
        sums.push_back(static_cast<real>(n + 0.5) / 16);
    }
    return sums;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("values are those of the formula", "", peccary::activations) {
    const auto sums = telling_sums();
    const auto values = applied<TestType>(sums);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        CAPTURE(TestType::info.name, sums[i]);
        REQUIRE(values[i] == Approx(formula(TestType::info.name, sums[i])).epsilon(1e-5).margin(1e-6));
    }
}

TEMPLATE_LIST_TEST_CASE("an activation's derivative is the slope of the formula, times what was there", "", peccary::activations) {
    const auto sums = telling_sums();
    const auto slopes = derivatives<TestType>(sums);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        CAPTURE(TestType::info.name, sums[i]);
        const double step = 1e-4;
        const double slope = (formula(TestType::info.name, sums[i] + step) - formula(TestType::info.name, sums[i] - step)) / (2 * step);
        REQUIRE(slopes[i] == Approx(slope).epsilon(1e-4).margin(2e-6));
    }
    std::vector<real> three(sums.size(), real{3});
    TestType::chain(sums, applied<TestType>(sums), three);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        REQUIRE(three[i] == Approx(3 * slopes[i]).epsilon(1e-6).margin(1e-30));
    }
}

TEMPLATE_LIST_TEST_CASE("every element of a block is treated, whatever its length", "", peccary::activations) {
    const auto all = telling_sums();
    const auto whole = applied<TestType>(all);
    const auto whole_slopes = derivatives<TestType>(all);
    for (std::size_t length = 0; length <= 40; ++length) {
        const std::vector<real> some(all.begin() + 190, all.begin() + 190 + static_cast<std::ptrdiff_t>(length));
        const auto part = applied<TestType>(some);
        const auto part_slopes = derivatives<TestType>(some);
        for (std::size_t i = 0; i < length; ++i) {
            REQUIRE(part[i] == Approx(whole[190 + i]).epsilon(1e-6));
            REQUIRE(part_slopes[i] == Approx(whole_slopes[190 + i]).epsilon(1e-6));
        }
    }
}

TEMPLATE_LIST_TEST_CASE("an activation passes NaN on, and is finite where sums are", "", peccary::activations) {
    INFO(TestType::info.name);
    for (const std::size_t length : {1, 4, 5, 17}) {
        std::vector<real> sums(length, real{1});
        for (std::size_t place = 0; place < length; ++place) {
            auto broken = sums;
            broken[place] = std::numeric_limits<real>::quiet_NaN();
            REQUIRE(std::isnan(applied<TestType>(broken)[place]));
        }
    }
    for (const real sum : {-1e30F, -1e4F, -100.0F, 100.0F, 1e4F, 1e30F}) {
        CAPTURE(sum);
        const std::vector<real> sums(9, sum);
        REQUIRE(std::isfinite(applied<TestType>(sums)[8]));
        REQUIRE(std::isfinite(derivatives<TestType>(sums)[8]));
    }
}

TEST_CASE("names of activations are unique") {
    std::set<std::string_view> names;
    peccary::activations::for_each([&](auto tag) { names.insert(decltype(tag)::type::info.name); });
    REQUIRE(names.size() == peccary::activations::size);
}
