// What every access policy inherits from the list: serial equality with plain loops, and its
// promises under concurrent writers.
#include "catch.hpp"

#include "support/access.hpp"
#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include "peccary/core/random.hpp"
#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

using namespace peccary;

namespace {

/// Integers small enough that every product and sum below is exact in float, so that order and
/// contraction cannot matter.
std::vector<real> small_integers(std::size_t size, std::uint64_t seed) {
    random_stream random(seed, 0, 0);
    std::vector<real> values(size);
    for (real& value : values) {
        value = static_cast<real>(random.below(17)) - 8;
    }
    return values;
}

struct drawn_row {
    std::vector<feature_index> indices;
    std::vector<real> values;
    sparse_row view() const { return {.indices = indices, .values = values}; }
};

drawn_row sparse(std::size_t nonzeros, std::uint32_t features, std::uint64_t seed) {
    random_stream random(seed, 1, 0);
    std::set<feature_index> indices;
    while (indices.size() < nonzeros) {
        indices.insert(random.below(features));
    }
    return {.indices = {indices.begin(), indices.end()}, .values = small_integers(nonzeros, seed)};
}

constexpr std::uint32_t features = 400;
constexpr std::size_t offset = 32;
const std::vector<std::size_t> lengths{0, 1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 128, 200};

} // namespace

TEMPLATE_LIST_TEST_CASE("row operations equal plain loops", "", access_policies) {
    INFO(TestType::info.name);
    parameters model = test::buffer_of(offset + features);
    test::access_maker<TestType> maker;
    TestType access = maker.make();
    const shared_view view(model.base(), access, {.scale = 0.5F, .inverse = 2});
    REQUIRE(view.scale() == 0.5F);
    REQUIRE(view.inverse_scale() == 2);

    const auto check = [&](const auto& row) {
        const auto start = small_integers(model.size(), 99);
        std::ranges::copy(start, model.exclusive().begin());
        real expected = 0;
        auto after = start;
        for (std::size_t k = 0; k < row.size(); ++k) {
            expected += row.value(k) * start[offset + row.index(k)];
            after[offset + row.index(k)] += 3 * row.value(k);
        }
        REQUIRE(view.dot(offset, row) == expected);
        REQUIRE(std::ranges::equal(model.exclusive(), start));
        view.add_row(offset, row, 3);
        REQUIRE(std::ranges::equal(model.exclusive(), after));
    };
    for (const std::size_t length : lengths) {
        CAPTURE(length);
        const auto row = sparse(length, features, length);
        check(row.view());
        for (const feature_index first : {0U, 1U, 5U}) {
            check(dense_row{.values = row.values, .first = first});
        }
    }
}

TEMPLATE_LIST_TEST_CASE("single coordinates and blocks equal plain loops", "", access_policies) {
    INFO(TestType::info.name);
    parameters model = test::buffer_of(offset + features);
    test::access_maker<TestType> maker;
    TestType access = maker.make();
    const shared_view view(model.base(), access);
    auto expected = small_integers(model.size(), 5);
    std::ranges::copy(expected, model.exclusive().begin());

    view.add(7, 2.5F);
    expected[7] += 2.5F;
    REQUIRE(view.load(7) == expected[7]);

    for (const std::size_t length : lengths) {
        CAPTURE(length);
        const auto values = small_integers(length, length);
        std::vector<real> out(length, real{10});
        view.accumulate_block(offset, out);
        for (std::size_t i = 0; i < length; ++i) {
            REQUIRE(out[i] == 10 + expected[offset + i]);
            expected[offset + i] += -2 * values[i];
        }
        view.add_block(offset, values, -2);
        REQUIRE(std::ranges::equal(model.exclusive(), expected));
    }
}

TEMPLATE_LIST_TEST_CASE("matrix operations equal plain loops", "", access_policies) {
    INFO(TestType::info.name);
    constexpr std::uint32_t rows_of_matrix = 30;
    for (const std::size_t classes : {1, 2, 3, 4, 10, 20, 63, 64, 65, 150}) {
        parameters model = test::buffer_of(offset + rows_of_matrix * classes);
        test::access_maker<TestType> maker;
        TestType access = maker.make();
        const shared_view view(model.base(), access);
        const auto slopes = small_integers(classes, 3);
        const auto check = [&](const auto& row) {
            const auto start = small_integers(model.size(), 4);
            std::ranges::copy(start, model.exclusive().begin());
            std::vector<real> scores(classes, real{77}); // to be overwritten
            std::vector<real> expected(classes);
            auto after = start;
            for (std::size_t k = 0; k < row.size(); ++k) {
                for (std::size_t c = 0; c < classes; ++c) {
                    expected[c] += row.value(k) * start[offset + row.index(k) * classes + c];
                    after[offset + row.index(k) * classes + c] += 2 * row.value(k) * slopes[c];
                }
            }
            view.multiply(offset, row, scores);
            REQUIRE(scores == expected);
            view.add_outer(offset, row, slopes, 2);
            REQUIRE(std::ranges::equal(model.exclusive(), after));
        };
        for (const std::size_t length : {0, 1, 4, 20}) {
            CAPTURE(classes, length);
            const auto row = sparse(length, rows_of_matrix, length);
            check(row.view());
            check(dense_row{.values = row.values, .first = 2});
        }
    }
}

TEMPLATE_LIST_TEST_CASE("concurrent adds: lossless policies conserve sums, all touch only their support", "", access_policies) {
    if constexpr (race_free_access<TestType>) {
        INFO(TestType::info.name);
        for (const unsigned threads : {2U, 8U, 32U}) {
            CAPTURE(threads);
            const int rounds = test::repetitions(64000, 6400) / static_cast<int>(threads);
            parameters model = test::buffer_of(600);
            test::access_maker<TestType> maker;
            const std::vector<feature_index> hot{0, 3, 4, 9, 70};
            const std::vector<real> ones(64, real{1});
            test::on_threads(threads, [&](unsigned thread) {
                TestType access = maker.make();
                const shared_view view(model.base(), access);
                for (int round = 0; round < rounds; ++round) {
                    // all threads
                    view.add_row(0, sparse_row{.indices = hot, .values = std::span(ones).first(5)}, 1);
                    view.add_row(0, dense_row{.values = std::span(ones).first(5), .first = 100}, 1);
                    view.add(200, thread % 2 == 0 ? 1 : -1);
                    // this thread alone
                    view.add_block(300 + thread * 8, std::span(ones).first(8), 1);
                }
            });
            const auto values = model.exclusive();
            // below 2^24: every partial sum is exact
            const auto total = static_cast<real>(rounds) * static_cast<real>(threads);
            const auto is_hot = [&](std::size_t at) { return std::ranges::count(hot, at) > 0 || (at >= 100 && at < 105); };
            for (std::size_t at = 0; at < values.size(); ++at) {
                if (is_hot(at)) {
                    if constexpr (TestType::info.lossless) {
                        REQUIRE(values[at] == total);
                    } else {
                        // adds may be lost, never invented
                        REQUIRE((values[at] >= 1 && values[at] <= total));
                    }
                } else if (at == 200) {
                    REQUIRE((!TestType::info.lossless || values[at] == 0));
                } else {
                    REQUIRE(values[at] == (at >= 300 && at < 300 + threads * 8 ? static_cast<real>(rounds) : 0));
                }
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("readers see only values that were written", "", access_policies) {
    if constexpr (race_free_access<TestType>) {
        INFO(TestType::info.name);
        // The one writer moves every cell between two values with few bits in common; a torn read
        // would be neither.
        const real low = 1;
        const real high = -16777215;
        constexpr std::size_t cells = 96;
        parameters model = test::buffer_of(cells);
        std::ranges::fill(model.exclusive(), low);
        test::access_maker<TestType> maker;
        std::vector<real> change(cells, high - low);
        REQUIRE(low + (high - low) == high);
        std::vector<int> torn(8);
        test::on_threads(8, [&](unsigned thread) {
            TestType access = maker.make();
            const shared_view view(model.base(), access);
            for (int round = 0; round < test::repetitions(2000, 200); ++round) {
                if (thread == 0) {
                    view.add_block(0, change, round % 2 == 0 ? real{1} : real{-1});
                    continue;
                }
                std::vector<real> seen(cells);
                view.accumulate_block(0, seen);
                seen.push_back(view.load(static_cast<std::size_t>(round) % cells));
                torn[thread] += static_cast<int>(std::ranges::count_if(seen, [&](real value) { return value != low && value != high; }));
            }
        });
        REQUIRE(std::reduce(torn.begin(), torn.end()) == 0);
    }
}

TEMPLATE_LIST_TEST_CASE("policies whose adds wait or retry say so", "", access_policies) {
    INFO(TestType::info.name);
    parameters model = test::buffer_of(64);
    test::access_maker<TestType> maker;
    TestType alone = maker.make();
    const shared_view view(model.base(), alone);
    for (int round = 0; round < 1000; ++round) {
        view.add(0, 1);
    }
    // nobody to wait for; a weak compare-and-swap may retry even so
    REQUIRE(alone.tally().contended == 0);
    REQUIRE(alone.tally().lock_seconds == 0);

    if constexpr (TestType::info.race_free) {
        constexpr bool counts = TestType::info.lossless; // by retrying or by waiting
        // Whether threads collide is the system's to decide, so they go on until they have. Four
        // threads make 128,000 adds each to the same cells. On one processor of a Xeon, 492 of 500
        // attempts ended without a collision by compare-and-swap, and 496 by the lock; at that rate
        // 20,000 in a row do in less than 1e-69 of all cases.
        contention all;
        for (int attempt = 0; attempt < 20'000 && (attempt == 0 || (counts && all.retries + all.contended == 0)); ++attempt) {
            std::vector<contention> tallies(4);
            test::on_threads(4, [&](unsigned thread) {
                TestType access = maker.make();
                const shared_view shared(model.base(), access);
                const std::vector<real> ones(64, real{1});
                for (int round = 0; round < 2000; ++round) {
                    shared.add_block(0, ones, 1);
                }
                tallies[thread] = access.tally();
            });
            for (const auto& tally : tallies) {
                all.merge(tally);
            }
        }
        REQUIRE((all.retries + all.contended > 0) == counts);
        REQUIRE((all.lock_seconds > 0) == (all.contended > 0));
        REQUIRE((all.retry_seconds > 0) == (all.retries > 0));
    }
}

TEMPLATE_LIST_TEST_CASE("long blocks that touch lose nothing to each other, wherever they begin", "", access_policies) {
    if constexpr (race_free_access<TestType>) {
        INFO(TestType::info.name);
        constexpr unsigned workers = 4;
        // odd, so that blocks begin and end within groups of neighbours
        constexpr std::size_t length = 67;
        const int repetitions = test::repetitions(20'000, 2'000);
        parameters model = test::buffer_of(workers * length);
        test::access_maker<TestType> maker;
        std::vector<TestType> policies(workers, maker.make());
        const std::vector<real> ones(length, real{1});
        test::on_threads(workers, [&](unsigned worker) {
            const shared_view view(model.base(), policies[worker]);
            for (int i = 0; i < repetitions; ++i) {
                view.add_block(worker * length, ones, 1);
            }
        });
        REQUIRE(std::ranges::all_of(model.exclusive(), [&](real sum) { return sum == static_cast<real>(repetitions); }));
    }
}

TEST_CASE("a sweep visits each cell of a block once, upwards or downwards") {
    for (const std::size_t size : {0, 1, 1023, 1024, 1025, 2048, 5000}) {
        for (const bool downwards : {false, true}) {
            CAPTURE(size, downwards);
            std::vector<int> visits(size);
            std::vector<std::size_t> begins;
            block_sweep{.downwards = downwards}.for_each_part(size, [&](std::size_t first, std::size_t length) {
                begins.push_back(first);
                for (std::size_t i = first; i < first + length; ++i) {
                    ++visits.at(i);
                }
            });
            REQUIRE(visits == std::vector<int>(size, 1));
            REQUIRE(std::ranges::is_sorted(begins, std::ranges::greater()));
            // upwards, a block is one part
            REQUIRE((begins.size() > 1) == (downwards && size > 1024));
        }
    }
    REQUIRE(block_sweep::of_worker(0).downwards != block_sweep::of_worker(1).downwards);
}

TEMPLATE_TEST_CASE("long blocks equal plain loops in either direction, wherever they begin", "", relaxed, atomic_add) {
    for (const bool downwards : {false, true}) {
        TestType access(block_sweep{.downwards = downwards});
        for (const std::size_t length : {31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 5000}) {
            for (std::size_t first = 0; first < 40; ++first) {
                CAPTURE(TestType::info.name, downwards, length, first);
                parameters model = test::buffer_of(first + length + 40);
                auto expected = small_integers(model.size(), 5);
                std::ranges::copy(expected, model.exclusive().begin());
                const auto values = small_integers(length, first);
                shared_view(model.base(), access).add_block(first, values, -2);
                for (std::size_t i = 0; i < length; ++i) {
                    expected[first + i] += -2 * values[i];
                }
                REQUIRE(std::ranges::equal(model.exclusive(), expected));
            }
        }
    }
}

TEMPLATE_TEST_CASE("long blocks are copied as they are, wherever they and their copies begin, and nothing beside them", "", relaxed,
                   atomic_add) {
    const TestType access;
    for (const std::size_t length : {31, 32, 33, 39, 40, 63, 64, 65, 1025}) {
        for (std::size_t first = 0; first < 40; ++first) {
            for (const std::size_t into : {0, 1, 3, 8}) {
                CAPTURE(TestType::info.name, length, first, into);
                parameters model = test::buffer_of(first + length);
                std::iota(model.exclusive().begin(), model.exclusive().end(), real{1});
                std::vector<real> copy(into + length + 8, real{-1});
                access.load_block(model.base() + first, std::span(copy).subspan(into, length));
                std::vector<real> expected(copy.size(), real{-1});
                std::iota(expected.begin() + static_cast<std::ptrdiff_t>(into), expected.end() - 8, static_cast<real>(first + 1));
                REQUIRE(copy == expected);
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("of a long block's changes, zeros change nothing, and all others arrive", "", access_policies) {
    INFO(TestType::info.name);
    constexpr std::size_t length = 100;
    const real infinity = std::numeric_limits<real>::infinity();
    parameters model = test::buffer_of(length);
    test::access_maker<TestType> maker;
    TestType access = maker.make();
    const shared_view view(model.base(), access);
    for (std::size_t at = 0; at < length; ++at) { // one that is not zero, at each place of a group
        for (const real change : {real{1}, infinity, std::numeric_limits<real>::denorm_min()}) {
            CAPTURE(at, change);
            std::vector<real> values(length);
            std::iota(values.begin(), values.end(), real{0});
            // where the least number makes a difference
            values[at] = change < 1 ? real{0} : values[at];
            std::ranges::copy(values, model.exclusive().begin());
            std::vector<real> changes(length);
            changes[at] = change;
            view.add_block(0, changes, 1);
            values[at] += change;
            REQUIRE(std::ranges::equal(model.exclusive(), values));
        }
        std::vector<real> changes(length);
        changes[at] = std::numeric_limits<real>::quiet_NaN();
        view.add_block(0, changes, 1);
        REQUIRE(std::ranges::count_if(model.exclusive(), [](real value) { return std::isnan(value); }) == 1);
        REQUIRE(std::isnan(model.exclusive()[at]));
    }
}

TEMPLATE_LIST_TEST_CASE("a block is read as it is, in place where the policy has the buffer to itself", "", access_policies) {
    INFO(TestType::info.name);
    parameters model = test::buffer_of(offset + features);
    test::access_maker<TestType> maker;
    TestType access = maker.make();
    const shared_view view(model.base(), access);
    std::ranges::copy(small_integers(model.size(), 4), model.exclusive().begin());
    for (const std::size_t first : {0, 1, 2, 31}) {
        for (const std::size_t length : lengths) {
            std::vector<real> scratch(length);
            const real* const read = view.read_block(first, scratch);
            REQUIRE(std::equal(read, read + length, model.base() + first));
            REQUIRE((read == scratch.data()) == TestType::info.race_free);
        }
    }
}
