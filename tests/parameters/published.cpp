// Published versions under many threads: whole whatever happens, none lost, and never more than
// there is memory for. tests/parameters/interleavings.cpp proves the protocol in all orders of its
// steps; here threads meet as they do.
#include "catch.hpp"

#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include "peccary/parameters/published.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

using peccary::published;
using peccary::real;

TEST_CASE("no version is torn, no update is lost but what is given up, and staleness is the number of versions between") {
    constexpr unsigned threads = 32;
    // failed swaps that an update survives
    const std::uint64_t persistence = GENERATE(as<std::uint64_t>{}, UINT64_MAX, 0, 2);
    for (const std::size_t size : {std::size_t{1}, std::size_t{33}, std::size_t{5000}}) {
        CAPTURE(size, persistence);
        const auto updates = static_cast<unsigned>(test::repetitions(size > 1000 ? 300 : 3000, size > 1000 ? 30 : 300));
        published<> versions(size, threads);
        REQUIRE(versions.capacity() == 2 * threads);
        std::ranges::fill(versions.exclusive(), real{0});
        std::atomic<bool> whole{true};
        std::atomic<bool> right{true};
        std::atomic<unsigned> dropped{0};
        test::on_threads(threads, [&](unsigned thread) {
            published<>::member member(versions, thread);
            const auto uniform = [&](std::span<const real> version) {
                return std::ranges::all_of(version, [&](real cell) { return cell == version[0]; });
            };
            for (unsigned update = 0; update < updates; ++update) {
                const std::span read(member.read(), size);
                const real before = read[0];
                bool good = uniform(read);
                std::uint64_t failed = 0;
                do {
                    const std::span copy(member.copy(), size);
                    good = good && uniform(copy);
                    if (member.staleness() != static_cast<std::uint64_t>(copy[0] - before)) {
                        // read after the join, as the others
                        right.store(false, std::memory_order_relaxed);
                    }
                    for (real& cell : copy) {
                        cell += 1;
                    }
                } while (!member.publish() && ++failed <= persistence);
                if (failed > persistence) {
                    member.leave();
                    dropped.fetch_add(1, std::memory_order_relaxed); // read after the join, too
                }
                if (!good) {
                    whole.store(false, std::memory_order_relaxed);
                }
            }
            member.leave();
        });
        REQUIRE(whole.load(std::memory_order_relaxed));
        REQUIRE(right.load(std::memory_order_relaxed));
        const auto made = static_cast<real>(threads * updates - dropped.load(std::memory_order_relaxed));
        REQUIRE(std::ranges::all_of(versions.exclusive(), [made](real cell) { return cell == made; }));
        REQUIRE((dropped.load(std::memory_order_relaxed) == 0 || persistence < UINT64_MAX));
        REQUIRE(versions.in_use() == 1); // none is kept, however many were made
    }
}

TEST_CASE("what was read stays as it was while others publish") {
    published<> versions(3, 2);
    std::ranges::fill(versions.exclusive(), real{7});
    published<>::member reader(versions, 0);
    published<>::member writer(versions, 1);
    const real* const read = reader.read();
    for (int update = 0; update < 100; ++update) {
        static_cast<void>(writer.read());
        real* const copy = writer.copy();
        REQUIRE(copy != read);
        copy[1] += 1;
        REQUIRE(writer.publish());
    }
    REQUIRE((read[0] == 7 && read[1] == 7 && read[2] == 7));
    REQUIRE(versions.in_use() == 2);
    REQUIRE(reader.copy()[1] == 107);
    REQUIRE(reader.staleness() == 100);
    REQUIRE(reader.publish());
    REQUIRE(versions.in_use() == 1);
}

TEST_CASE("a copy that others have overtaken is not published, and can be made again or given up") {
    published<> versions(1, 2);
    versions.exclusive()[0] = 0;
    published<>::member slow(versions, 0);
    published<>::member quick(versions, 1);
    const auto overtake = [&] {
        static_cast<void>(quick.read());
        quick.copy()[0] += 1;
        REQUIRE(quick.publish());
    };
    static_cast<void>(slow.read());
    slow.copy()[0] += 100;
    overtake();
    REQUIRE_FALSE(slow.publish());
    REQUIRE(slow.copy()[0] == 1); // what was added to the copy is gone
    overtake();
    REQUIRE_FALSE(slow.publish());
    slow.leave();
    REQUIRE(versions.in_use() == 1);
    REQUIRE(versions.exclusive()[0] == 2);
}

TEST_CASE("as many as there are workers can hold a version each, and another one be made") {
    constexpr unsigned workers = 1024;
    published<> versions(2, workers);
    std::vector<published<>::member> members;
    for (unsigned worker = 0; worker < workers; ++worker) {
        members.emplace_back(versions, worker);
    }
    for (unsigned round = 0; round < 3; ++round) {
        for (published<>::member& member : members) {
            member.copy()[0] = static_cast<real>(round);
            REQUIRE(member.publish());
            REQUIRE(member.read()[0] == static_cast<real>(round)); // held until the next round
        }
        REQUIRE(versions.in_use() == workers);
    }
}
