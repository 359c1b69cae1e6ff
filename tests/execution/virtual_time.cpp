// Turns in virtual time: the earliest comes first, each delay is drawn by its law from its worker's
// stream, and traces are read with care.
#include "catch.hpp"

#include "scratch_directory.hpp"

#include "peccary/execution/virtual/virtual_time.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace peccary;

namespace {

/// The workers of the first turns, if each reads and applies as it comes.
std::vector<unsigned> first_turns(turn_order& turns, unsigned workers, std::size_t count) {
    std::vector<unsigned> order;
    std::vector<bool> read(workers);
    turns.begin_epoch(0);
    turns.assemble(workers);
    while (order.size() < count) {
        const unsigned worker = turns.next();
        order.push_back(worker);
        if (!read[worker]) {
            turns.has_read(worker);
        }
        read[worker] = !read[worker];
    }
    return order;
}

std::vector<unsigned> first_turns(const std::string& delay, unsigned workers, std::size_t count, std::uint64_t seed = 1) {
    return first_turns(*make_turn_order(delay, workers, seed), workers, count);
}

template <class Delay>
std::vector<double> drawn(const delay_settings& settings, unsigned worker, std::size_t count, std::uint64_t epoch = 0) {
    Delay delay(settings);
    delay.begin_epoch(epoch);
    std::vector<double> values;
    while (values.size() < count) {
        values.push_back(static_cast<double>(delay.draw(worker)) / static_cast<double>(ticks_per_mean));
    }
    return values;
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) {
        sum += value;
    }
    return sum / static_cast<double>(values.size());
}

std::string write(const scratch_directory& directory, const std::string& text) {
    const std::string path = directory / "delays";
    write_text(path, text);
    return path;
}

} // namespace

TEST_CASE("a tournament knows the least of its keys") {
    random_stream random(1, 0, 0);
    for (const std::size_t players : {1U, 2U, 3U, 4U, 5U, 8U, 16U, 17U, 64U, 100U}) {
        tournament all(players);
        REQUIRE(all.least() == tournament::never);
        std::vector<std::uint64_t> keys(players, tournament::never);
        for (int change = 0; change < 1000; ++change) {
            const auto player = random.below(static_cast<std::uint32_t>(players));
            keys[player] = random.below(5) == 0 ? tournament::never : random.below(1000);
            all.set(player, keys[player]);
            REQUIRE(all.least() == *std::ranges::min_element(keys));
        }
    }
}

TEST_CASE("constant delays: all read, and then each applies and reads in turn") {
    REQUIRE(first_turns("constant", 3, 15) == std::vector<unsigned>{0, 1, 2, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2});
    REQUIRE(first_turns("constant", 1, 4) == std::vector<unsigned>{0, 0, 0, 0});
}

TEST_CASE("no delay: each applies what it has just read") {
    REQUIRE(first_turns("none", 3, 8) == std::vector<unsigned>{0, 0, 1, 1, 2, 2, 0, 0});
}

TEST_CASE("random delays come first as they are shorter, whoever's they are") {
    for (const std::string delay : {"uniform", "exponential"}) {
        const auto turns = first_turns(delay, 5, 20'000);
        for (unsigned worker = 0; worker < 5; ++worker) {
            REQUIRE(std::ranges::count(turns, worker) == Approx(4000).epsilon(0.05));
        }
        REQUIRE(first_turns(delay, 5, 1000) == first_turns(delay, 5, 1000));
        REQUIRE(first_turns(delay, 5, 1000) != first_turns(delay, 5, 1000, 2));
    }
}

TEST_CASE("a worker that rests has no turn until it has read") {
    const auto turns = make_turn_order("constant", 3, 1);
    turns->begin_epoch(0);
    turns->assemble(3);
    turns->has_read(turns->next());
    REQUIRE(turns->next() == 1);
    turns->rests(1);
    REQUIRE(turns->next() == 2);
    turns->has_read(2);
    REQUIRE(turns->next() == 0); // at time 1
    turns->has_read(1);          // it waited until then, and its delay begins
    turns->has_read(0);
    REQUIRE(turns->next() == 2);
    turns->rests(2);
    REQUIRE(turns->next() == 0);
    turns->rests(0);
    REQUIRE(turns->next() == 1);
}

TEST_CASE("without memory, whoever applies next is anybody, whatever came before") {
    constexpr unsigned workers = 4;
    constexpr std::size_t count = 200'000;
    const auto turns = first_turns("exponential", workers, workers + 2 * count);
    for (unsigned worker = 0; worker < workers; ++worker) {
        REQUIRE(turns[worker] == worker); // at first all read
    }
    std::vector<double> after(workers * workers); // of each worker, who comes after it
    for (std::size_t at = workers; at < turns.size(); at += 2) {
        REQUIRE(turns[at] == turns[at + 1]); // who has applied reads again
        if (at > workers) {
            ++after[turns[at - 1] * workers + turns[at]];
        }
    }
    for (const double times : after) {
        const double expected = static_cast<double>(count) / (workers * workers);
        REQUIRE(std::abs(times - expected) < 5 * std::sqrt(expected));
    }
}

TEST_CASE("without memory, each epoch has an order of its own, and a repeated one its order again") {
    const auto turns = make_turn_order("exponential", 5, 1);
    const auto order = [&](std::uint64_t epoch) {
        turns->begin_epoch(epoch);
        turns->assemble(5);
        std::vector<unsigned> found;
        for (int turn = 0; turn < 105; ++turn) {
            found.push_back(turns->next());
            if (turn < 5 || turn % 2 == 0) {
                turns->has_read(found.back());
            }
        }
        return found;
    };
    const auto first = order(0);
    REQUIRE(order(1) != first);
    REQUIRE(order(0) == first);
}

TEST_CASE("without memory, too, who rests has no turn until it has read") {
    constexpr unsigned workers = 3;
    const auto turns = make_turn_order("exponential", workers, 1);
    turns->begin_epoch(0);
    turns->assemble(workers);
    for (unsigned worker = 0; worker < workers; ++worker) {
        REQUIRE(turns->next() == worker);
        worker == 1 ? turns->rests(worker) : turns->has_read(worker);
    }
    std::vector<int> applied(workers);
    for (int update = 0; update < 1000; ++update) {
        if (update == 500) {
            turns->has_read(1); // while another applies
        }
        const unsigned worker = turns->next();
        ++applied[worker];
        REQUIRE((worker != 1 || update >= 500));
        REQUIRE(turns->next() == worker);
        turns->has_read(worker);
    }
    REQUIRE(applied[1] == Approx(500.0 / workers).epsilon(0.3));
    for (unsigned resting = 0; resting < workers - 1; ++resting) { // at the end of all updates
        const unsigned worker = turns->next();
        REQUIRE(turns->next() == worker);
        turns->rests(worker);
        for (int update = 0; update < 100; ++update) {
            const unsigned other = turns->next();
            REQUIRE(other != worker);
            REQUIRE(turns->next() == other);
            turns->has_read(other);
        }
    }
}

TEST_CASE("laws: their ranges, and their means") {
    constexpr std::size_t count = 100'000;
    const delay_settings settings{.workers = 4, .seed = 7, .argument = ""};
    const auto uniform = drawn<uniform_delay>(settings, 2, count);
    REQUIRE(std::ranges::min(uniform) >= 0.5);
    REQUIRE(std::ranges::max(uniform) < 1.5);
    REQUIRE(std::ranges::min(uniform) < 0.51);
    REQUIRE(std::ranges::max(uniform) > 1.49);
    REQUIRE(mean_of(uniform) == Approx(1).epsilon(0.01));
    REQUIRE(drawn<constant_delay>(settings, 0, 3) == std::vector<double>{1, 1, 1});
}

TEST_CASE("a worker's delays follow from seed, worker and epoch, and from nothing else") {
    const auto reference = drawn<uniform_delay>({.workers = 4, .seed = 7, .argument = ""}, 2, 50, 3);
    REQUIRE(drawn<uniform_delay>({.workers = 64, .seed = 7, .argument = ""}, 2, 50, 3) == reference);
    REQUIRE(drawn<uniform_delay>({.workers = 4, .seed = 8, .argument = ""}, 2, 50, 3) != reference);
    REQUIRE(drawn<uniform_delay>({.workers = 4, .seed = 7, .argument = ""}, 1, 50, 3) != reference);
    REQUIRE(drawn<uniform_delay>({.workers = 4, .seed = 7, .argument = ""}, 2, 50, 4) != reference);
}

TEST_CASE("slices: so many updates at a stretch, and then the others'") {
    constexpr unsigned workers = 6;
    slices_delay delay({.workers = workers, .seed = 1, .argument = "2,10"});
    delay.begin_epoch(0);
    const double unit = 2.0 / workers; // mean delay of a worker that runs
    for (unsigned worker = 0; worker < workers; ++worker) {
        std::vector<double> values;
        for (int update = 0; update < 41; ++update) {
            values.push_back(static_cast<double>(delay.draw(worker)) / static_cast<double>(ticks_per_mean) / unit);
        }
        for (int update = 0; update < 41; ++update) {
            const double waiting = update == 0 ? worker / 2 * 10 : update % 10 == 0 ? 20 : 0;
            CAPTURE(worker, update);
            REQUIRE(values[update] >= waiting + 0.49);
            REQUIRE(values[update] <= waiting + 1.51);
        }
    }
    for (const char* const bad : {"2", ",", "2,", ",5", "0,5", "2,0", "2,1.5", "-1,5", "a,b", "2,5,6", "2,1e8", "nan,5"}) {
        REQUIRE_THROWS_AS(slices_delay({.workers = 4, .seed = 1, .argument = bad}), usage_error);
    }
    REQUIRE_NOTHROW(slices_delay({.workers = 2, .seed = 1, .argument = "8,10"}));
}

TEST_CASE("a trace's delays are handed out in its order, over and over, to whoever reads") {
    const scratch_directory directory;
    const std::string path = write(directory, "1\n2.5e0\r\n+4.5\n");
    trace_delay delay({.workers = 2, .seed = 1, .argument = path});
    for (int epoch = 0; epoch < 2; ++epoch) {
        delay.begin_epoch(static_cast<std::uint64_t>(epoch));
        for (const double expected : {1.0, 2.5, 4.5, 1.0, 2.5}) {
            REQUIRE(static_cast<double>(delay.draw(0)) * 8 / 3 / static_cast<double>(ticks_per_mean) == Approx(expected).epsilon(1e-5));
        }
    }
    // 0 and 1 read at 0, for 1 and 3 units; 0 applies at 1 and reads for 1 unit, applies at 2, ...
    const std::string alternating = write(directory, "1\n3\n1\n1");
    REQUIRE(first_turns("trace:" + alternating, 2, 8) == std::vector<unsigned>{0, 1, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("a trace that is none is refused, with file, line and column") {
    const scratch_directory directory;
    const auto refusal = [&](const std::string& text) {
        const std::string path = write(directory, text);
        try {
            trace_delay({.workers = 1, .seed = 1, .argument = path});
        } catch (const data_error& met) {
            return std::string(met.what()).substr(path.size());
        }
        return std::string("none");
    };
    const std::string remedy = " is no delay; write one number from 1e-100 to 1e100 a line";
    REQUIRE(refusal("") == ": has no delays; write one positive number a line");
    REQUIRE(refusal("1\nx\n") == ":2:1: 'x'" + remedy);
    REQUIRE(refusal("1\n2\n3 4\n") == ":3:2: '3 4'" + remedy);
    REQUIRE(refusal("1\n\n2\n") == ":2:1: ''" + remedy);
    REQUIRE(refusal("0\n") == ":1:1: '0'" + remedy);
    REQUIRE(refusal("-1\n") == ":1:1: '-1'" + remedy);
    REQUIRE(refusal("inf\n") == ":1:1: 'inf'" + remedy);
    REQUIRE(refusal("nan") == ":1:1: 'nan'" + remedy);
    REQUIRE(refusal("1e999\n") == ":1:1: '1e999'" + remedy);
    REQUIRE(refusal("1e-310\n") == ":1:1: '1e-310'" + remedy);
    REQUIRE(refusal("1\n1.5s") == ":2:4: '1.5s'" + remedy);
    REQUIRE(refusal("1\r\n2\r3\n") == ":2:2: '2\\x0D3'" + remedy);
    REQUIRE(refusal("7") == "none");
    REQUIRE_THROWS_AS(trace_delay({.workers = 1, .seed = 1, .argument = directory / "missing"}), io_error);
}

TEST_CASE("an unknown delay is refused, with those that there are") {
    const std::string names = "none, constant, uniform, exponential, slices:CORES,UPDATES, trace:FILE";
    for (const std::string bad : {"", "gamma", "constant:1", "trace", "trace:", "slices", "exponential:", ":"}) {
        REQUIRE_THROWS_WITH(make_turn_order(bad, 2, 1), "unknown delay '" + bad + "'; choose one of " + names);
    }
}
