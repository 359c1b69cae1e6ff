// Random streams: golden values of an independent implementation, independence of the keys, and
// uniformity.
#include "catch.hpp"

#include "peccary/core/random.hpp"

#include <array>
#include <cmath>
#include <set>
#include <vector>

using peccary::random_stream;

namespace {

/// Pearson's statistic of counts that should all be equal; with k counts its mean is k - 1 and its
/// variance 2 (k - 1).
double chi_squared(const std::vector<int>& counts) {
    double total = 0;
    for (const int count : counts) {
        total += count;
    }
    const double expected = total / static_cast<double>(counts.size());
    double sum = 0;
    for (const int count : counts) {
        sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
}

bool plausibly_uniform(const std::vector<int>& counts) {
    const auto freedom = static_cast<double>(counts.size() - 1);
    return std::abs(chi_squared(counts) - freedom) < 5 * std::sqrt(2 * freedom);
}

} // namespace

TEST_CASE("golden values") { // from golden/random_stream.py
    REQUIRE(peccary::mix(0) == 0xE220A8397B1DCDAF);
    REQUIRE(peccary::mix(1) == 0x910A2DEC89025CC1);
    REQUIRE(peccary::mix(UINT64_MAX) == 0xE4D971771B652C20);

    struct golden_stream {
        std::uint64_t seed;
        std::uint64_t worker;
        std::uint64_t epoch;
        std::array<std::uint64_t, 4> numbers;
    };
    const golden_stream streams[] = {
        {0, 0, 0, {0x52F6926FEC2A4495, 0xCBF314E9630540D5, 0x5C1DA292FCF4385A, 0x09D18CD0C3F7FF26}},
        {1, 0, 0, {0x535EDEDCC4A8209B, 0x99B3D3C597411D31, 0xC2102977880EB363, 0x7F7D293D4E6044E7}},
        {0, 1, 0, {0x5DDEC966A0623BB3, 0x45927D1E01449B8D, 0x989C93F8660F9758, 0x9B9229F18ABF45C8}},
        {0, 0, 1, {0x942527500555F0C3, 0xD0ADD245E8B6C8D6, 0x311CD91A42E95A0B, 0xF5AF196D0D94E9B4}},
        {42, 7, 3, {0x25888B0BA5A436D7, 0x26B93DCC71D5F81C, 0x990096EF0D0BAC33, 0x3F14B4BC843675C9}},
    };
    for (const auto& golden : streams) {
        random_stream random(golden.seed, golden.worker, golden.epoch);
        for (const std::uint64_t number : golden.numbers) {
            REQUIRE(random() == number);
        }
    }
}

TEST_CASE("streams of different keys differ") {
    std::set<std::uint64_t> first;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        for (std::uint64_t worker = 0; worker < 10; ++worker) {
            for (std::uint64_t epoch = 0; epoch < 10; ++epoch) {
                first.insert(random_stream(seed, worker, epoch)());
            }
        }
    }
    REQUIRE(first.size() == 1000);
}

TEST_CASE("below is in range and uniform") {
    random_stream random(1, 2, 3);
    for (const std::uint32_t bound : {1U, 2U, 3U, 7U, 64U, 100U}) {
        std::vector<int> counts(bound);
        for (int draw = 0; draw < 100000; ++draw) {
            ++counts.at(random.below(bound));
        }
        CAPTURE(bound);
        REQUIRE((bound == 1 || plausibly_uniform(counts)));
    }
}

TEST_CASE("below has no modulo bias") {
    // With a bound of 3/4 of 2^32, a remainder would draw the lower third twice as often as the
    // rest.
    random_stream random(4, 5, 6);
    constexpr std::uint32_t bound = 0xC000'0000U;
    std::vector<int> counts(12);
    for (int draw = 0; draw < 120000; ++draw) {
        const std::uint32_t drawn = random.below(bound);
        REQUIRE(drawn < bound);
        ++counts[drawn / (bound / 12)];
    }
    REQUIRE(plausibly_uniform(counts));
}

TEST_CASE("unit is in [0, 1) and uniform") {
    random_stream random(7, 8, 9);
    std::vector<int> counts(100);
    for (int draw = 0; draw < 100000; ++draw) {
        const double drawn = random.unit();
        REQUIRE(drawn >= 0);
        REQUIRE(drawn < 1);
        ++counts[static_cast<std::size_t>(drawn * 100)];
    }
    REQUIRE(plausibly_uniform(counts));
}

TEST_CASE("every bit is set half of the time") {
    random_stream random(10, 11, 12);
    std::array<int, 64> ones{};
    constexpr int draws = 20000;
    for (int draw = 0; draw < draws; ++draw) {
        const std::uint64_t number = random();
        for (unsigned bit = 0; bit < 64; ++bit) {
            ones[bit] += static_cast<int>(number >> bit & 1U);
        }
    }
    for (const int count : ones) {
        REQUIRE(std::abs(count - draws / 2) < 5 * std::sqrt(draws) / 2);
    }
}
