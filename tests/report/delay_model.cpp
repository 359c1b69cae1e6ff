// The models of delays against scipy's values, and what must hold of every distribution and every
// fit.
#include "report/delay_model.hpp"
#include "catch.hpp"

#include "golden/delay_models.hpp"
#include "peccary/core/random.hpp"
#include "peccary/statistics/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace peccary;
using namespace peccary::program;

namespace {

const delay_model& named(std::string_view name) { return *std::ranges::find(delay_models, name, &delay_model::name); }

bool near(double one, double other, double tolerance) { return std::abs(one - other) <= tolerance * std::max(1.0, std::abs(other)); }

/// A sample in which each bin of the histogram has the model's own share, as nearly as whole counts
/// can.
distribution sample_of(const delay_model& model, double mean, double samples) {
    distribution made{.bins = {}};
    for (std::size_t bin = 0; bin < histogram::overflow_bin; ++bin) {
        const std::uint64_t first = histogram::first_value(bin);
        const std::uint64_t last = histogram::last_value(bin);
        const auto count = static_cast<std::uint64_t>(std::round(samples * std::exp(model.log_share(mean, first, last))));
        if (count > 0) {
            made.bins.push_back({.first = first, .last = last, .count = count});
            made.samples += count;
            made.maximum = last;
        }
    }
    made.mean = mean;
    return made;
}

} // namespace

TEST_CASE("shares are scipy's") {
    for (const golden::model_share& expected : golden::model_shares) {
        CAPTURE(expected.model, expected.mean, expected.first, expected.last);
        const double found = named(expected.model).log_share(expected.mean, expected.first, expected.last);
        REQUIRE(near(found, expected.log_share, 1e-11));
    }
}

TEST_CASE("the shares of all bins add up to 1") {
    for (const delay_model& model : delay_models) {
        for (const double mean : {1e-3, 0.7, 7.0, 80.0, 12345.6, 3e6}) {
            CAPTURE(model.name, mean);
            double sum = 0;
            for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
                sum += std::exp(model.log_share(mean, histogram::first_value(bin), histogram::last_value(bin)));
            }
            REQUIRE(near(sum, 1, 1e-7));
        }
    }
}

TEST_CASE("fits are scipy's") {
    histogram measured;
    for (const golden::repeated_delay& each : golden::delays) {
        measured.record(each.value, each.times);
    }
    const auto fits = fits_to(distribution_of(measured));
    REQUIRE(fits.size() == std::size(golden::model_fits));
    for (std::size_t i = 0; i < fits.size(); ++i) {
        const golden::model_fit& expected = golden::model_fits[i];
        REQUIRE(fits[i].model.name == expected.model);
        REQUIRE(near(fits[i].total_variation, expected.total_variation, 1e-11));
        REQUIRE(near(fits[i].kolmogorov, expected.kolmogorov, 1e-11));
        REQUIRE(near(fits[i].log_likelihood, expected.log_likelihood, 1e-11));
    }
}

TEST_CASE("a model's own sample is fitted by that model, and not by the other") {
    for (const delay_model& model : delay_models) {
        // the last two in bins of several values
        for (const double mean : {0.7, 7.0, 80.0, 12345.6}) {
            CAPTURE(model.name, mean);
            for (const fitted_model& fit : fits_to(sample_of(model, mean, 1e9))) {
                CAPTURE(fit.model.name, fit.total_variation);
                if (fit.model.name == model.name) {
                    REQUIRE(fit.total_variation < 1e-5);
                    REQUIRE(fit.kolmogorov < 1e-5);
                } else {
                    REQUIRE(fit.total_variation > 0.1);
                    REQUIRE(fit.kolmogorov > 0.05);
                }
            }
        }
    }
}

TEST_CASE("no other mean is likelier than the sample's") {
    histogram measured;
    for (const golden::repeated_delay& each : golden::delays) {
        measured.record(each.value, each.times);
    }
    distribution sample = distribution_of(measured);
    const auto likeliest = fits_to(sample);
    for (const double factor : {0.9, 0.99, 1.01, 1.1}) {
        sample.mean = factor * measured.mean();
        const auto others = fits_to(sample);
        for (std::size_t i = 0; i < others.size(); ++i) {
            REQUIRE(others[i].log_likelihood < likeliest[i].log_likelihood);
        }
    }
}

TEST_CASE("the largest difference of the distribution functions may lie where nothing was measured") {
    histogram measured;
    measured.record(0, 50);
    measured.record(100, 50);
    const auto fits = fits_to(distribution_of(measured));
    const fitted_model& geometric = fits.front();
    // One half of the sample is below 100, and of the model with mean 50 all but (50/51)^100.
    REQUIRE(near(geometric.kolmogorov, 0.5 - 1.0 / 51, 1e-12)); // at 0
    const fitted_model& poisson = fits.back();
    REQUIRE(near(poisson.kolmogorov, 0.5, 1e-6)); // just before 100, and just before the mean
}

TEST_CASE("what was never stale has no fits") {
    histogram fresh;
    fresh.record(0, 10);
    REQUIRE(fits_to(distribution_of(fresh)).empty());
    REQUIRE(fits_to(distribution_of(histogram())).empty());
}

TEST_CASE("total variation is a distance between samples") {
    random_stream random(1, 2, 3);
    const auto draw = [&] {
        histogram drawn;
        for (int i = 0; i < 300; ++i) {
            drawn.record(random() >> (44 + random.below(20)));
        }
        return drawn;
    };
    for (int repetition = 0; repetition < 20; ++repetition) {
        const histogram one = draw();
        histogram other = draw();
        other.merge(draw()); // of another size
        double differences = 0;
        for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
            differences += std::abs(static_cast<double>(one.count(bin)) / 300 - static_cast<double>(other.count(bin)) / 600);
        }
        const distribution first = distribution_of(one);
        const distribution second = distribution_of(other);
        REQUIRE(near(total_variation(first, second), differences / 2, 1e-12));
        REQUIRE(near(total_variation(second, first), differences / 2, 1e-12));
        REQUIRE(total_variation(first, first) < 1e-12);
    }
    REQUIRE(total_variation({.bins = {{.first = 1, .last = 1, .count = 4}}, .samples = 4},
                            {.bins = {{.first = 2, .last = 2, .count = 1}}, .samples = 1}) == 1);
    REQUIRE(total_variation({.bins = {}}, {.bins = {}}) == 1);
}
