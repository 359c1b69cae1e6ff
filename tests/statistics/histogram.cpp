// The histogram: its bins partition the non-negative integers, its quantiles agree with a sorted
// sample, and nothing is lost.
#include "catch.hpp"

#include "peccary/core/random.hpp"
#include "peccary/statistics/histogram.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

using peccary::histogram;

TEST_CASE("bins partition the values") {
    std::uint64_t expected_first = 0;
    for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
        REQUIRE(histogram::first_value(bin) == expected_first);
        REQUIRE(histogram::bin_of(histogram::first_value(bin)) == bin);
        REQUIRE(histogram::bin_of(histogram::last_value(bin)) == bin);
        expected_first = histogram::last_value(bin) + 1;
    }
    REQUIRE(expected_first == 0); // past 2^64 - 1
    REQUIRE(histogram::bin_of(UINT64_MAX) == histogram::overflow_bin);
}

TEST_CASE("quantiles, mean and maximum agree with the sorted sample") {
    peccary::random_stream random(1, 2, 3);
    histogram all;
    histogram odd;
    histogram even;
    std::vector<std::uint64_t> sample;
    for (int i = 0; i < 20001; ++i) {
        const std::uint64_t value = random() >> random.below(64);
        sample.push_back(value);
        all.record(value);
        (i % 2 == 0 ? even : odd).record(value);
    }
    even.merge(odd);
    std::ranges::sort(sample);
    for (const double fraction : {0.01, 0.25, 0.5, 0.9, 0.99, 1.0}) {
        const auto exact = sample[static_cast<std::size_t>(std::ceil(fraction * 20001.0)) - 1];
        REQUIRE(histogram::bin_of(all.quantile(fraction)) == histogram::bin_of(exact));
        REQUIRE(all.quantile(fraction) >= exact);
        REQUIRE(even.quantile(fraction) == all.quantile(fraction));
    }
    REQUIRE(all.maximum() == sample.back());
    REQUIRE(all.samples() == sample.size());
    std::uint64_t counted = 0;
    for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
        counted += all.count(bin);
    }
    REQUIRE(counted == sample.size());
}

TEST_CASE("a snapshot in the midst of recording has what was recorded before, and no more than comes") {
    constexpr std::uint64_t values = 200'000;
    histogram filling;
    std::atomic<bool> begun{false};
    std::thread recording([&] {
        for (std::uint64_t i = 0; i < values; ++i) {
            filling.record(i % 100);
            begun.store(true, std::memory_order_relaxed);
        }
    });
    while (!begun.load(std::memory_order_relaxed)) {
        std::this_thread::yield();
    }
    std::uint64_t before = 0;
    while (before < values) {
        const histogram seen = filling.snapshot();
        REQUIRE(seen.samples() >= before);
        REQUIRE(seen.samples() <= values);
        REQUIRE(seen.quantile(1) <= 99);
        before = seen.samples();
    }
    recording.join();
    REQUIRE(filling.snapshot().mean() == filling.mean());
    REQUIRE(filling.snapshot().maximum() == 99);
}

TEST_CASE("an empty histogram reports zeros") {
    const histogram empty;
    REQUIRE(empty.quantile(0.5) == 0);
    REQUIRE(empty.mean() == 0.0);
    REQUIRE(empty.maximum() == 0);
}
