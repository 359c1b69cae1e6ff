// What every damping inherits from the list, each formula at a few points worked out by hand, and
// how one is named.
#include "catch.hpp"

#include "peccary/step/damper.hpp"

#include <cmath>
#include <set>
#include <string>
#include <string_view>

using namespace peccary;

namespace {

/// The factor of the next update of a worker.
double factor_after(damper& of, std::uint64_t staleness) { return static_cast<double>(of.damped(1, staleness)); }

} // namespace

TEMPLATE_LIST_TEST_CASE("factors are finite, not negative, and never rise with staleness", "", dampings) {
    INFO(TestType::info.name);
    for (const double workers : {1.0, 2.0, 256.0}) {
        for (const double threshold : {0.0, 1.0, 30.0, 1e5}) {
            for (const double knob : {0.01, 0.5, 1.0}) {
                double before = HUGE_VAL;
                for (const double staleness : {0.0, 1.0, 2.0, 10.0, 100.0, 1e4, 1e9}) {
                    const double rank = staleness / (staleness + 5);
                    const double now =
                        TestType::factor({.staleness = staleness, .workers = workers, .knob = knob, .threshold = threshold, .rank = rank});
                    REQUIRE(std::isfinite(now));
                    REQUIRE(now >= 0);
                    REQUIRE(now <= before);
                    before = now;
                }
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("a worker who is alone is never damped", "", dampings) {
    worker_statistics statistics;
    damper alone(damping_named(TestType::info.name), 1, statistics);
    for (int update = 0; update < 1000; ++update) {
        REQUIRE(alone.damped(0.3F, 0) == 0.3F);
    }
    REQUIRE(statistics.damping == 1000);
}

TEST_CASE("inverse: 1 / (tau + 1)") {
    REQUIRE(inverse_damping::factor({.staleness = 0}) == 1);
    REQUIRE(inverse_damping::factor({.staleness = 1}) == 0.5);
    REQUIRE(inverse_damping::factor({.staleness = 31}) == 1 / 32.0);
}

TEST_CASE("bounded: whole up to the number of workers, then in proportion") {
    REQUIRE(bounded_damping::factor({.staleness = 0, .workers = 4}) == 1);
    REQUIRE(bounded_damping::factor({.staleness = 4, .workers = 4}) == 1);
    REQUIRE(bounded_damping::factor({.staleness = 5, .workers = 4}) == 0.8);
    REQUIRE(bounded_damping::factor({.staleness = 400, .workers = 4}) == 0.01);
}

TEST_CASE("exponential: meets the inverse at half the threshold") {
    // threshold 6: beta = log(4) / 3, so that the factor halves every 1.5 updates
    const auto at = [](double staleness) { return exponential_damping::factor({.staleness = staleness, .threshold = 6}); };
    REQUIRE(at(0) == 1);
    REQUIRE(at(1.5) == Approx(0.5).epsilon(1e-14));
    REQUIRE(at(3) == Approx(inverse_damping::factor({.staleness = 3})).epsilon(1e-14));
    REQUIRE(at(6) == Approx(1 / 16.0).epsilon(1e-14));
    REQUIRE(exponential_damping::factor({.staleness = 2, .threshold = 0}) == Approx(std::exp(-2)).epsilon(1e-14));
    REQUIRE(exponential_damping::factor({.staleness = 2, .threshold = 1e-9}) == Approx(std::exp(-2)).epsilon(1e-8));
}

TEST_CASE("tail: 1 + A (1 - 2 F)") {
    REQUIRE(tail_damping::factor({.knob = 1, .rank = 0}) == 2);
    REQUIRE(tail_damping::factor({.knob = 1, .rank = 0.5}) == 1);
    REQUIRE(tail_damping::factor({.knob = 1, .rank = 1}) == 0);
    REQUIRE(tail_damping::factor({.knob = 0.5, .rank = 0.75}) == 0.75);
}

TEST_CASE("a damper knows what its worker has seen") {
    worker_statistics statistics;
    damper tail(damping_named("tail"), 3, statistics);
    // Seen so far, this one included, and its rank in it: {4}: 1/2; {4, 0}: 1/4; {4, 0, 9}: 5/6;
    // {4, 0, 9, 4}: 2/4.
    REQUIRE(factor_after(tail, 4) == Approx(1));
    REQUIRE(factor_after(tail, 0) == Approx(1.5));
    REQUIRE(factor_after(tail, 9) == Approx(1 - 2.0 / 3));
    REQUIRE(factor_after(tail, 4) == Approx(1));
    REQUIRE(statistics.damping == Approx(1 + 1.5 + 1.0 / 3 + 1));

    // the threshold is the median
    damper exponential(damping_named("exponential:0.5"), 3, statistics);
    REQUIRE(factor_after(exponential, 6) == Approx(1 / 16.0)); // median 6
    REQUIRE(factor_after(exponential, 2) == Approx(0.25));     // of {2, 6}: 2, so beta = log(2) / 1
    exponential.begin_epoch();
    REQUIRE(factor_after(exponential, 2) == Approx(0.25)); // again the only one
    REQUIRE(factor_after(exponential, 6) == Approx(1 / 64.0));
}

TEST_CASE("the mean factor of tail damping is 1, whatever the distribution") {
    histogram seen;
    for (const std::uint64_t staleness : {0, 0, 0, 1, 1, 7, 7, 30, 300, 300, 90'000}) {
        seen.record(staleness);
    }
    double sum = 0;
    for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
        const double factor = tail_damping::factor({.knob = 0.7, .rank = seen.rank(histogram::first_value(bin))});
        sum += static_cast<double>(seen.count(bin)) * factor;
    }
    REQUIRE(sum / static_cast<double>(seen.samples()) == Approx(1).epsilon(1e-14));
}

TEST_CASE("a damping has a name, and some a knob") {
    REQUIRE_FALSE(damping_named("none").damps);
    REQUIRE(damping_named("inverse").damps);
    REQUIRE(damping_named("exponential").knob == 0.997);
    REQUIRE(damping_named("tail:0.25").knob == 0.25);
    std::set<std::string_view> names;
    dampings::for_each([&](auto tag) {
        constexpr damping_info info = decltype(tag)::type::info;
        names.insert(info.name);
        REQUIRE_FALSE(info.formula.empty());
        REQUIRE_FALSE(info.source.empty());
        REQUIRE((info.knob >= 0 && info.knob <= 1));
        REQUIRE(damping_names().find(info.name) != std::string::npos);
    });
    REQUIRE(names.size() == dampings::size);
}

TEST_CASE("what is no damping is refused") {
    REQUIRE_THROWS_WITH(damping_named("cubic"),
                        "unknown damping 'cubic'; choose one of none, inverse, bounded, exponential[:KNOB], tail[:KNOB]");
    REQUIRE_THROWS_WITH(damping_named("inverse:2"), "the damping 'inverse' has no knob; leave out what follows its name in 'inverse:2'");
    for (const std::string bad : {"0", "-1", "1.01", "x", "", "nan"}) {
        REQUIRE_THROWS_WITH(damping_named("tail:" + bad),
                            "the knob of the damping 'tail' is a number above 0 and at most 1, such as tail:0.5, not '" + bad + "'");
    }
}
