// Dropout's masks: the rate that was asked for, independent of each other, and a function of their
// key alone.
#include "catch.hpp"

#include "peccary/core/error.hpp"
#include "peccary/objective/dropout.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using peccary::dropout;
using peccary::real;
using peccary::row_index;

namespace {

struct place {
    std::uint64_t seed = 1;
    std::uint64_t epoch = 0;
    row_index row = 0;
    std::size_t layer = 0;
};

std::vector<real> mask_at(double probability, const place& at, std::size_t units) {
    dropout drops(probability);
    drops.begin_epoch(at.seed, at.epoch);
    std::vector<real> mask(units);
    drops.draw(at.row, at.layer, mask);
    return mask;
}

constexpr double rates[] = {0.1, 0.25, 0.5, 0.8, 0.99};

} // namespace

TEST_CASE("each unit is dropped as often as was asked for, and kept ones make up for it") {
    constexpr std::size_t units = 37; // not a whole number of words
    constexpr row_index rows = 4000;
    for (const double rate : rates) {
        CAPTURE(rate);
        std::vector<double> dropped(units);
        double sum = 0;
        for (row_index row = 0; row < rows; ++row) {
            const auto mask = mask_at(rate, {.row = row}, units);
            for (std::size_t unit = 0; unit < units; ++unit) {
                REQUIRE((mask[unit] == 0 || mask[unit] == Approx(1 / (1 - rate)).epsilon(1e-3)));
                dropped[unit] += mask[unit] == 0 ? 1 : 0;
                sum += mask[unit];
            }
        }
        const double deviation = std::sqrt(rate * (1 - rate) / rows);
        for (const double count : dropped) {
            REQUIRE(std::abs(count / rows - rate) < 5 * deviation);
        }
        REQUIRE(sum / (rows * units) == Approx(1).margin(5 * std::sqrt(rate / (1 - rate) / (rows * units))));
    }
}

TEST_CASE("masks of neighbouring units, rows, layers, epochs and seeds are independent") {
    constexpr std::size_t units = 64;
    constexpr row_index rows = 2000;
    constexpr double rate = 0.5;
    double units_agree = 0;
    double rows_agree = 0;
    double layers_agree = 0;
    double epochs_agree = 0;
    double seeds_agree = 0;
    for (row_index row = 0; row < rows; ++row) {
        const auto mask = mask_at(rate, {.row = row}, units);
        const auto next_row = mask_at(rate, {.row = row + 1}, units);
        const auto next_layer = mask_at(rate, {.row = row, .layer = 1}, units);
        const auto next_epoch = mask_at(rate, {.epoch = 1, .row = row}, units);
        const auto next_seed = mask_at(rate, {.seed = 2, .row = row}, units);
        for (std::size_t unit = 0; unit < units; ++unit) {
            units_agree += mask[unit] == mask[(unit + 1) % units] ? 1 : 0;
            rows_agree += mask[unit] == next_row[unit] ? 1 : 0;
            layers_agree += mask[unit] == next_layer[unit] ? 1 : 0;
            epochs_agree += mask[unit] == next_epoch[unit] ? 1 : 0;
            seeds_agree += mask[unit] == next_seed[unit] ? 1 : 0;
        }
    }
    constexpr double pairs = double{rows} * units;
    for (const double agree : {units_agree, rows_agree, layers_agree, epochs_agree, seeds_agree}) {
        REQUIRE(std::abs(agree / pairs - 0.5) < 5 * 0.5 / std::sqrt(pairs));
    }
}

TEST_CASE("a mask is a function of its key, whoever draws it and however much of it") {
    const auto whole = mask_at(0.3, {.seed = 7, .epoch = 3, .row = 11, .layer = 1}, 100);
    REQUIRE(whole == mask_at(0.3, {.seed = 7, .epoch = 3, .row = 11, .layer = 1}, 100));
    const auto part = mask_at(0.3, {.seed = 7, .epoch = 3, .row = 11, .layer = 1}, 33);
    REQUIRE(part == std::vector<real>(whole.begin(), whole.begin() + 33));
}

TEST_CASE("what is no probability below one is refused, and none is none") {
    REQUIRE_FALSE(dropout(0).active());
    for (const double bad : {-0.1, 1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
        REQUIRE_THROWS_AS(dropout(bad), peccary::usage_error);
    }
    REQUIRE(std::isfinite(mask_at(0.9999999, {}, 64)[0]));
}
