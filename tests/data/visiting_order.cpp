// The order of an epoch: a permutation, the same for the same (seed, epoch), that reads the file in
// runs and yet mixes it.
#include "catch.hpp"

#include "peccary/data/split.hpp"
#include "peccary/data/visiting_order.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <vector>

using peccary::row_index;
using peccary::visiting_order;

namespace {

std::vector<row_index> drawn(const std::vector<row_index>& rows, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<row_index> order{7, 7, 7}; // to be overwritten
    visiting_order::draw(rows, seed, epoch, order);
    return order;
}

} // namespace

TEST_CASE("every order is a permutation of its rows") {
    for (const std::size_t size : {0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 1023, 1024, 1025, 1040, 4096, 10007}) {
        CAPTURE(size);
        for (const std::uint64_t seed : {0, 1, 99}) {
            const auto rows = peccary::all_rows(size);
            auto order = drawn(rows, seed, 5);
            std::ranges::sort(order);
            REQUIRE(order == rows);
        }
    }
}

TEST_CASE("a subset of the rows is permuted, and nothing else visited") {
    for (const double fraction : {0.01, 0.3, 0.9}) {
        const auto rows = peccary::split_rows(5000, 3, fraction).training;
        auto order = drawn(rows, 1, 0);
        REQUIRE(order != rows);
        std::ranges::sort(order);
        REQUIRE(order == rows);
    }
}

TEST_CASE("the order depends on seed and epoch alone") {
    const auto rows = peccary::all_rows(3000);
    REQUIRE(drawn(rows, 1, 2) == drawn(rows, 1, 2));
    std::set<std::vector<row_index>> orders;
    for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
        orders.insert(drawn(rows, 1, epoch));
        orders.insert(drawn(rows, 2, epoch));
    }
    REQUIRE(orders.size() == 10);
}

TEST_CASE("memory is read in runs") {
    for (const std::size_t size : {5000, 16384, 16385}) {
        const auto order = drawn(peccary::all_rows(size), 1, 0);
        std::size_t breaks = 0;
        for (std::size_t i = 1; i < size; ++i) {
            breaks += order[i] == order[i - 1] + 1 ? 0 : 1;
        }
        const std::size_t blocks = (size + visiting_order::most_block_rows - 1) / visiting_order::most_block_rows;
        REQUIRE(breaks < blocks);
        REQUIRE(breaks > blocks * 9 / 10);
    }
}

TEST_CASE("a few rows are shuffled one by one") {
    const auto order = drawn(peccary::all_rows(200), 1, 0);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
        kept += order[i] == order[i - 1] + 1 ? 1 : 0;
    }
    REQUIRE(kept < 10); // one expected
}

TEST_CASE("a file sorted by label is mixed") {
    // The first half of the file has one label, the second the other; every 1,024 visits must see
    // both well represented.
    constexpr std::size_t size = 16384;
    constexpr std::size_t seen = 1024;
    const auto order = drawn(peccary::all_rows(size), 1, 0);
    for (std::size_t first = 0; first < size; first += seen) {
        const auto of_first_half =
            std::count_if(order.begin() + static_cast<std::ptrdiff_t>(first), order.begin() + static_cast<std::ptrdiff_t>(first + seen),
                          [&](row_index row) { return row < size / 2; });
        // 64 blocks of 16 drawn without regard to the half: 512 expected, a standard deviation
        // of 64.
        REQUIRE(std::abs(of_first_half - 512) < 320);
    }
}

TEST_CASE("shuffling is unbiased") {
    // All 24 permutations of four items, 24,000 draws: chi-squared with 23 degrees of freedom
    // exceeds 52 once in 2,000 seeds.
    std::vector<int> counts(256);
    peccary::random_stream random(11, 0, 0);
    for (int draw = 0; draw < 24000; ++draw) {
        std::vector<int> items{0, 1, 2, 3};
        peccary::shuffle(std::span(items), random);
        ++counts[static_cast<std::size_t>(items[0] * 64 + items[1] * 16 + items[2] * 4 + items[3])];
    }
    double chi_squared = 0;
    int permutations = 0;
    for (const int count : counts) {
        if (count > 0) {
            ++permutations;
            chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
        }
    }
    REQUIRE(permutations == 24);
    REQUIRE(chi_squared < 52);
}
