// Stops at many moments: what was applied is a prefix, and going on from there is as if nothing had
// happened.
#include "catch.hpp"

#include "support/counting.hpp"
#include "support/made_data.hpp"
#include "support/objectives.hpp"
#include "support/training.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t stopped_rows = 600;

/// Where a run stopped, and its raw buffer: a checkpoint.
struct checkpoint {
    run_position position;
    std::vector<real> buffer;
};

template <class Objective, class Data>
checkpoint run_until_stopped(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings,
                             stop_flag& stop) {
    const auto ids = all_rows(data.size());
    planned_run run(make_problem(objective, data), which, ids, settings, stop);
    epoch_end end = epoch_end::complete;
    while (!run.finished() && end == epoch_end::complete) {
        end = run.run_epoch();
    }
    REQUIRE((run.finished() || end == epoch_end::interrupted));
    return {.position = run.position(), .buffer = run.snapshot()};
}

/// The rest of the run that `from` is the beginning of.
template <class Objective, class Data>
std::vector<real> resume(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings,
                         const checkpoint& from) {
    stop_flag never;
    const auto ids = all_rows(data.size());
    planned_run run(make_problem(objective, data), which, ids, settings, never);
    run.restore(from.position, from.buffer);
    while (!run.finished()) {
        REQUIRE(run.run_epoch() == epoch_end::complete);
    }
    const auto buffer = run.model().exclusive();
    return {buffer.begin(), buffer.end()};
}

} // namespace

TEST_CASE("after a stop, the updates applied are exactly a prefix of the epoch's order") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_identity(stopped_rows);
    test::with_executors(which.info, {1, 2, 8}, [&](const std::string& executor, unsigned workers) {
        for (const std::uint64_t batch : {1, 4}) {
            for (const std::uint64_t after : {1, 2, 37, 300, 590, 599, 900}) {
                CAPTURE(executor, workers, batch, after);
                const train_settings settings{.executor = executor,
                                              .workers = workers,
                                              .epochs = 2,
                                              .step = static_cast<double>(batch),
                                              .schedule = "constant",
                                              .batch = batch,
                                              .l2 = 0.0};
                stop_flag stop;
                const test::stopping objective(test::counting(stopped_rows, stopped_rows), stop, after);
                const auto stopped = run_until_stopped(which, objective, data.view(), settings, stop);
                std::vector<row_index> order;
                visiting_order::draw(all_rows(stopped_rows), settings.seed, stopped.position.epoch, order);
                // a power of two, so exact
                const real share = 1 / static_cast<real>(test::step_factor(which.info, workers));
                const std::uint64_t applied = stopped.position.update * batch;
                REQUIRE(applied <= stopped_rows);
                REQUIRE(applied + stopped.position.epoch * stopped_rows >= (after > workers * batch ? after - workers * batch : 0));
                for (std::uint64_t place = 0; place < stopped_rows; ++place) {
                    const auto expected = share * static_cast<real>(stopped.position.epoch + (place < applied ? 1 : 0));
                    REQUIRE(stopped.buffer[order[place]] == expected);
                }
                const auto whole = resume(which, test::counting(stopped_rows, stopped_rows), data.view(), settings, stopped);
                REQUIRE(std::all_of(whole.begin(), whole.begin() + stopped_rows, [share](real value) { return value == 2 * share; }));
            }
        }
    });
}

TEST_CASE("a resumed run has the bits of an uninterrupted one") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::binary, stopped_rows, 60, 1);
    const linear<logistic> objective(60, true);
    for (const unsigned workers : {1U, 4U}) {
        if (workers > 1 && !(which.info.parallel && which.info.deterministic)) {
            continue; // with one worker all schemes are deterministic
        }
        for (const double l1 : {0.0, 1e-4}) {
            // With this l2 the scale is folded in several times an epoch.
            const train_settings settings{.workers = workers, .epochs = 3, .step = 0.5, .batch = 2, .l2 = 0.2, .l1 = l1};
            const auto whole = test::run(which, objective, data.view(), settings).buffer;
            for (std::uint64_t after = 1; after < 3 * stopped_rows; after += 97) {
                CAPTURE(workers, l1, after);
                stop_flag stop;
                const test::stopping stopped_objective(objective, stop, after);
                const auto stopped = run_until_stopped(which, stopped_objective, data.view(), settings, stop);
                REQUIRE(resume(which, objective, data.view(), settings, stopped) == whole);
            }
        }
    }
}

TEST_CASE("a stop from another thread at any moment loses nothing") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_identity(stopped_rows);
    for (int attempt = 0; attempt < 20; ++attempt) {
        const train_settings settings{
            .workers = which.info.parallel ? 4U : 1U, .epochs = 20, .step = 1, .schedule = "constant", .batch = 1, .l2 = 0.0};
        stop_flag stop;
        std::thread other([&] {
            std::this_thread::sleep_for(std::chrono::microseconds(attempt * 100));
            stop.request();
        });
        const auto stopped = run_until_stopped(which, test::counting(stopped_rows, stopped_rows), data.view(), settings, stop);
        other.join();
        double applied = 0;
        for (std::size_t row = 0; row < stopped_rows; ++row) {
            applied += stopped.buffer[row];
        }
        applied *= test::step_factor(which.info, settings.workers);
        REQUIRE(applied == static_cast<double>(stopped.position.epoch * stopped_rows + stopped.position.update));
    }
}

TEST_CASE("a run resumed in mid-block has the steps of its own updates") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    // As after a run with more workers, and so smaller chunks. Round robin looks up each update's
    // step by itself.
    const auto data = test::make_sparse(target_kind::binary, stopped_rows, 60, 1);
    const linear<logistic> objective(60, true);
    const train_settings settings{.workers = 1, .epochs = 1, .step = 0.5, .batch = 1, .l2 = 0.01};
    for (const std::uint64_t update : {1, 8, 20, 31, 33}) {
        CAPTURE(update);
        // zeros, and as many private copies of them as the scheme has
        const auto from = [&](std::size_t copies) {
            return checkpoint{.position = {.epoch = 0, .update = update, .stretch_begin = 0, .train_seconds = 0},
                              .buffer = std::vector<real>((1 + copies) * parameters(objective.layout()).size())};
        };
        REQUIRE(resume(which, objective, data.view(), settings, from(which.info.averages ? 1 : 0)) ==
                resume(entry_of<round_robin>(), objective, data.view(), settings, from(0)));
    }
}

TEST_CASE("a checkpoint of another run is refused") {
    const auto data = test::make_identity(100);
    const test::counting objective(100, 100);
    const auto ids = all_rows(100);
    stop_flag never;
    planned_run run(make_problem(objective, data.view()), entry_of<sequential>(), ids, {.epochs = 2, .step = 1, .l2 = 0.0}, never);
    const std::vector<real> buffer(run.model().size());
    REQUIRE_THROWS_AS(run.restore({}, std::span(buffer).first(3)), data_error);
    REQUIRE_THROWS_AS(run.restore({.epoch = 3}, buffer), data_error);
    REQUIRE_THROWS_AS(run.restore({.update = 101}, buffer), data_error);
    REQUIRE_THROWS_AS(run.restore({.update = 5, .stretch_begin = 6}, buffer), data_error);
    run.restore({.epoch = 1, .update = 5, .stretch_begin = 5}, buffer);
    REQUIRE(run.position().update == 5);
}
