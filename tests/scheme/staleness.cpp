// The instrument that measures staleness, proved on schedules whose staleness is known: workers
// take turns as a script says, and what is recorded must be what follows from the script, update by
// update.
#include "catch.hpp"

#include "support/counting.hpp"
#include "support/made_data.hpp"
#include "support/scripted.hpp"

#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/scheme/schemes.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t sampled_rows = 480;

/// The scheme's workers read and write the shared parameters, and never wait if they have no
/// feature in common.
bool follows_a_script(const scheme_info& of) { return of.parallel && !of.lockstep && of.consistency != read_consistency::own_copy; }

/// The staleness of each update of each worker, in order: how many updates were applied between its
/// read and its apply, counted by going through the script.
std::vector<std::vector<std::uint64_t>> count_by_hand(const test::script& turns, unsigned workers, std::uint64_t updates) {
    std::vector<std::vector<std::uint64_t>> staleness(workers);
    std::map<unsigned, std::uint64_t> applied_at_read; ///< of the workers that have read
    std::uint64_t read = 0;
    std::uint64_t applied = 0;
    for (std::size_t turn = 0; applied < updates; ++turn) {
        const unsigned worker = turns.at(turn);
        if (const auto at_read = applied_at_read.find(worker); at_read != applied_at_read.end()) {
            staleness[worker].push_back(applied - at_read->second);
            applied_at_read.erase(at_read);
            ++applied;
        } else if (read < updates) {
            applied_at_read[worker] = applied;
            ++read;
        }
    }
    return staleness;
}

/// Of each worker's updates every `period`-th, in a histogram. The workers' samples are staggered
/// evenly over the period.
std::vector<histogram> sampled(const std::vector<std::vector<std::uint64_t>>& staleness, std::uint64_t period) {
    std::vector<histogram> all;
    for (std::size_t worker = 0; worker < staleness.size(); ++worker) {
        histogram& expected = all.emplace_back();
        for (std::size_t update = period - period * worker / staleness.size(); update <= staleness[worker].size(); update += period) {
            expected.record(staleness[worker][update - 1]);
        }
    }
    return all;
}

void require_equal(const histogram& found, const histogram& expected) {
    REQUIRE(found.samples() == expected.samples());
    REQUIRE(found.maximum() == expected.maximum());
    REQUIRE(found.mean() == expected.mean());
    for (std::size_t bin = 0; bin < histogram::bins; ++bin) {
        REQUIRE(found.count(bin) == expected.count(bin));
    }
}

void check(const scheme_entry& which, const test::script& turns, unsigned workers, std::uint64_t batch, std::uint64_t period) {
    CAPTURE(which.info.name, turns.beginning, turns.cycle, workers, batch, period);
    const auto data = test::make_identity(sampled_rows);
    const linear<squared> objective(sampled_rows, false);
    const auto staleness = count_by_hand(turns, workers, sampled_rows / batch);
    const auto every = sampled(staleness, 1);
    const auto some = sampled(staleness, period);
    for (const staleness_mode mode : {staleness_mode::sampled, staleness_mode::exact}) {
        const bool exact = mode == staleness_mode::exact;
        const auto run = test::run_scripted(which, objective, data.view(), workers, turns, batch, {.mode = mode, .period = period});
        REQUIRE(run.applied == sampled_rows / batch);
        for (unsigned worker = 0; worker < workers; ++worker) {
            CAPTURE(worker, exact);
            REQUIRE(run.statistics[worker].updates == staleness[worker].size());
            require_equal(run.statistics[worker].staleness, exact ? every[worker] : some[worker]);
            require_equal(run.statistics[worker].as_sampled, exact ? some[worker] : histogram());
        }
    }
}

} // namespace

TEST_CASE("staleness that can be read off a script") {
    const auto data = test::make_identity(sampled_rows);
    const linear<squared> objective(sampled_rows, false);
    // Of each worker the one value that all of its updates have.
    const std::vector<std::pair<test::script, std::vector<std::uint64_t>>> known{
        {{{}, {0, 0, 1, 1}}, {0, 0}},                   // one after another
        {{{}, {0, 1, 0, 1}}, {0, 1}},                   // the second sees the first come before it
        {{{}, {0, 1, 1, 0}}, {1, 0}},                   // within
        {{{}, {0, 1, 1, 1, 1, 1, 1, 0}}, {3, 0}},       // three within
        {{{}, {0, 1, 2, 3, 0, 1, 2, 3}}, {0, 1, 2, 3}}, // all read, then all apply
        {{{}, {0, 1, 2, 3, 3, 2, 1, 0}}, {3, 2, 1, 0}}, // the other way round
    };
    for (const auto& [turns, values] : known) {
        CAPTURE(turns.cycle);
        const auto workers = static_cast<unsigned>(values.size());
        const auto run = test::run_scripted(entry_of<hogwild>(), objective, data.view(), workers, turns);
        for (unsigned worker = 0; worker < workers; ++worker) {
            const histogram& found = run.statistics[worker].staleness;
            REQUIRE(found.samples() == run.statistics[worker].updates);
            REQUIRE(found.samples() > 0);
            REQUIRE(found.count(values[worker]) == found.samples());
        }
    }
}

TEST_CASE("round robin that has begun: the others' updates, each once") {
    const auto data = test::make_identity(sampled_rows);
    const linear<squared> objective(sampled_rows, false);
    const auto run = test::run_scripted(entry_of<hogwild>(), objective, data.view(), 3, {{0, 1, 2}, {0, 0, 1, 1, 2, 2}});
    REQUIRE(run.statistics[0].staleness.count(0) == 1); // its first
    REQUIRE(run.statistics[1].staleness.count(1) == 1);
    for (unsigned worker = 0; worker < 3; ++worker) {
        REQUIRE(run.statistics[worker].updates == sampled_rows / 3);
        REQUIRE(run.statistics[worker].staleness.count(2) == sampled_rows / 3 - (worker < 2 ? 1 : 0));
    }
}

TEST_CASE("a worker that is away for long") {
    const auto data = test::make_identity(sampled_rows);
    const linear<squared> objective(sampled_rows, false);
    test::script turns{{2}, {0, 0, 1, 1}};
    for (int update = 0; update < 100; ++update) {
        turns.beginning.insert(turns.beginning.end(), {0, 0, 1, 1});
    }
    turns.beginning.push_back(2);
    const auto run = test::run_scripted(entry_of<atomic>(), objective, data.view(), 3, turns);
    const histogram& found = run.statistics[2].staleness;
    REQUIRE(found.samples() == 1);
    REQUIRE(found.maximum() == 200);
    REQUIRE(found.mean() == 200);
    REQUIRE(found.count(histogram::bin_of(200)) == 1);
    REQUIRE(run.statistics[0].staleness.maximum() == 0);
}

TEST_CASE("what is recorded is what follows from the script, every update or every k-th") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (follows_a_script(which.info)) {
        std::vector<std::pair<test::script, unsigned>> scripts{
            {{{}, {0, 1, 1, 0}}, 2}, {{{0, 1, 2}, {0, 0, 1, 1, 2, 2}}, 3}, {{{}, {0, 1, 2, 2, 1, 1, 1, 0, 2, 2}}, 3}};
        for (const unsigned workers : {2U, 5U, 40U}) {
            scripts.emplace_back(test::drawn_at_random(workers, workers), workers);
        }
        for (const auto& [turns, workers] : scripts) {
            for (const std::uint64_t batch : {1, 4}) {
                for (const std::uint64_t period : {1, 2, 3, 7, 1000}) {
                    check(which, turns, workers, batch, period);
                }
            }
        }
    }
}

TEST_CASE("a striped worker that waits has not read: with a feature in common nobody is ever late") {
    const auto data = test::make_contended(200); // every row has features 0, 1 and 5
    const auto run = test::run_scripted(entry_of<striped>(), test::counting(200, 60), data.view(), 4, test::drawn_at_random(4, 1));
    REQUIRE(run.applied == 200);
    std::uint64_t waited = 0;
    for (const worker_statistics& worker : run.statistics) {
        REQUIRE(worker.staleness.samples() == worker.updates);
        REQUIRE(worker.staleness.maximum() == 0);
        waited += worker.waits.contended;
    }
    REQUIRE(waited > 0);
}

TEST_CASE("delays of coordinates follow from the script, and whole applies lose nothing") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (follows_a_script(which.info) && which.info.name != std::string_view("striped")) {
        // Feature 0 is in every row and makes up half of the nonzeros; the other of each row is its
        // own.
        test::sparse_set data;
        data.storage.columns = sampled_rows + 1;
        for (std::size_t row = 0; row < sampled_rows; ++row) {
            data.append({0, static_cast<feature_index>(row + 1)}, {1, 1}, row % 2 == 0 ? real{1} : real{-1});
        }
        for (const unsigned workers : {2U, 5U}) {
            CAPTURE(workers);
            const test::script turns = test::drawn_at_random(workers, workers);
            diagnostic_ledger ledger(feature_frequency(data.view(), all_rows(sampled_rows)));
            const diagnosed<linear<logistic>> objective(linear<logistic>(sampled_rows + 1, false), ledger);
            auto run = test::run_scripted(which, objective, data.view(), workers, turns);
            const diagnosis found = ledger.found(run.model.exclusive(run.model.layout().find("shadow")));
            histogram expected;
            for (const histogram& of_worker : sampled(count_by_hand(turns, workers, sampled_rows), 1)) {
                expected.merge(of_worker);
            }
            REQUIRE(found.hot_features == 1);
            require_equal(found.hot, expected);
            REQUIRE(found.cold.samples() == sampled_rows);
            REQUIRE(found.cold.maximum() == 0);
            REQUIRE(found.adds == 2 * sampled_rows);
            REQUIRE(found.lost == 0);
        }
    }
}
