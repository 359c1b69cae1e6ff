// Copies that outlive a stretch: model averaging against a plain serial calculation, with l2 so
// strong that the scale is folded within an epoch, resumed in the midst of a round, and diagnosed.
#include "catch.hpp"

#include "support/counting.hpp"
#include "support/made_data.hpp"
#include "support/training.hpp"

#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t averaged_rows = 120;
constexpr std::size_t averaged_features = 10;

/// Model averaging of linear least squares by the book, in double precision: w <- (w - step
/// g) / (1 + step l2) on a worker's own copy, and after `period` updates each, the mean.
std::vector<double> averaged_by_hand(const dense_view& data, const train_settings& settings, std::uint64_t period) {
    const unsigned workers = settings.workers;
    // a copy shrinks at all updates, and makes a part of them
    const double l2 = *settings.l2 / workers;
    std::vector<std::vector<double>> copies(workers, std::vector<double>(averaged_features));
    const auto mean = [&] {
        std::vector<double> sum(averaged_features);
        for (const auto& copy : copies) {
            for (std::size_t j = 0; j < averaged_features; ++j) {
                sum[j] += copy[j] / workers;
            }
        }
        return sum;
    };
    const auto rows = all_rows(data.size());
    std::vector<row_index> order;
    std::uint64_t done = 0;
    for (std::uint64_t epoch = 0; epoch < settings.epochs; ++epoch) {
        visiting_order::draw(rows, settings.seed, epoch, order);
        for (const row_index id : order) {
            auto& copy = copies[done / period % workers];
            const auto row = data.row(id);
            double score = 0;
            for (std::size_t j = 0; j < averaged_features; ++j) {
                score += copy[j] * static_cast<double>(row.values[j]);
            }
            const double slope = score - static_cast<double>(row.target);
            for (std::size_t j = 0; j < averaged_features; ++j) {
                copy[j] = (copy[j] - *settings.step * slope * static_cast<double>(row.values[j])) / (1 + *settings.step * l2);
            }
            // Every copy shrinks at every update, whoever makes it: the scale is a function of the
            // update's number.
            for (auto& other : copies) {
                for (double& weight : other) {
                    weight /= &other == &copy ? 1 : 1 + *settings.step * l2;
                }
            }
            if (++done % (period * workers) == 0) {
                copies.assign(workers, mean());
            }
        }
    }
    return mean();
}

} // namespace

TEST_CASE("model averaging is what a serial calculation makes, and bits depend on no executor") {
    const auto data = test::make_dense(target_kind::regression, averaged_rows, averaged_features, 3);
    for (const double l2 : {0.0, 0.01}) {
        for (const unsigned workers : {1U, 2U, 3U}) {
            for (const std::uint64_t period : {1U, 7U, 1000U}) {
                CAPTURE(l2, workers, period);
                train_settings settings{.workers = workers,
                                        .epochs = 3,
                                        .step = 0.02,
                                        .schedule = "constant",
                                        .knobs = "period=" + std::to_string(period),
                                        .batch = 1,
                                        .l2 = l2};
                const auto expected = averaged_by_hand(data.view(), settings, period);
                std::vector<real> first;
                test::with_executors(model_averaging::info, {workers}, [&](const std::string& executor, unsigned) {
                    settings.executor = executor;
                    const auto end = test::run<model_averaging>(linear<squared>(averaged_features, false), data.view(), settings);
                    for (std::size_t j = 0; j < averaged_features; ++j) {
                        REQUIRE(static_cast<double>(end.buffer[j]) == Approx(expected[j]).epsilon(1e-3).margin(1e-5));
                    }
                    first = first.empty() ? end.buffer : first;
                    REQUIRE(end.buffer == first);
                });
            }
        }
    }
}

TEST_CASE("copies are folded with the model: with l2 so strong that stretches are short, the bits of a round do not change") {
    // A period so long that the copies never meet: each is serial descent on its own rows. One fold
    // that missed a copy would leave it too large by the scale of a stretch.
    const auto data = test::make_dense(target_kind::regression, averaged_rows, averaged_features, 5);
    for (const double l2 : {5.0, 100.0, 1e4}) {
        CAPTURE(l2);
        const train_settings settings{.workers = 2, .epochs = 3, .step = 0.05, .knobs = "period=1000", .batch = 1, .l2 = l2};
        const auto end = test::run<model_averaging>(linear<squared>(averaged_features, false), data.view(), settings);
        const auto serial = test::run<sequential>(linear<squared>(averaged_features, false), data.view(),
                                                  {.workers = 1, .epochs = 3, .step = 0.05, .batch = 1, .l2 = l2 / 2});
        // Worker 0 makes all 360 updates, and the copy of worker 1 stays at zero: the mean is half
        // of serial descent.
        for (std::size_t j = 0; j < averaged_features; ++j) {
            REQUIRE(end.buffer[j] == serial.buffer[j] / 2);
        }
    }
}

TEST_CASE("a run that stops in the midst of a round goes on to the same bits") {
    const auto data = test::make_sparse(target_kind::multiclass, 500, 30, 4);
    const softmax objective(30, 3, true);
    const auto rows = all_rows(500);
    for (const double l2 : {1e-3, 50.0}) {
        for (const std::string knobs : {"period=3", "period=40", "period=100000"}) {
            CAPTURE(l2, knobs);
            const train_settings settings{.workers = 3, .epochs = 4, .step = 0.1, .knobs = knobs, .batch = 2, .l2 = l2};
            stop_flag never;
            const auto task = make_problem(objective, data.view());
            const scheme_entry which = entry_of<model_averaging>();
            planned_run whole(task, which, rows, settings, never);
            planned_run first(task, which, rows, settings, never);
            first.run_epoch(); // 250 updates: no multiple of a round
            planned_run second(task, which, rows, settings, never);
            second.restore(first.position(), first.snapshot());
            while (!whole.finished()) {
                whole.run_epoch();
            }
            while (!second.finished()) {
                second.run_epoch();
            }
            REQUIRE(whole.snapshot() == second.snapshot());
            REQUIRE(whole.snapshot().size() > 3 * whole.model().size()); // the copies are in it
        }
    }
}

TEST_CASE("a diagnosed run has the same model, and no count is averaged away") {
    const auto data = test::make_sparse(target_kind::binary, 300, 20, 6);
    const auto rows = all_rows(300);
    const train_settings settings{.workers = 4, .epochs = 2, .step = 0.1, .knobs = "period=5", .batch = 1};
    const auto plain = test::run<model_averaging>(linear<logistic>(20, true), data.view(), settings);
    diagnostic_ledger ledger(feature_frequency(data.view(), rows));
    const diagnosed<linear<logistic>> objective(linear<logistic>(20, true), ledger);
    const auto counted = test::run<model_averaging>(objective, data.view(), settings);
    REQUIRE(std::equal(plain.buffer.begin(), plain.buffer.end(), counted.buffer.begin()));
    const parameter_span shadow = objective.layout().find("shadow");
    const diagnosis found = ledger.found(std::span(counted.buffer).subspan(shadow.offset, shadow.size));
    REQUIRE(found.adds == 2 * data.view().nonzeros());
    REQUIRE(found.lost == 0);
}

TEST_CASE("workers with copies of a network do not meet after nearly every update") {
    const auto data = test::make_dense(target_kind::multiclass, 4000, 20, 1);
    for (const bool averages : {false, true}) {
        const train_settings settings{.workers = 2, .epochs = 1, .step = 0.01, .batch = 10, .staleness = staleness_mode::exact};
        const auto end = averages ? test::run<model_averaging>(mlp(20, {16}, 3), data.view(), settings)
                                  : test::run<replicas>(mlp(20, {16}, 3), data.view(), settings);
        const auto all = end.merged();
        // 400 updates of two workers, who meet every 16 of their own or less often: each update of
        // a round is stale by the other's.
        REQUIRE(all.staleness.samples() == 400);
        if (averages) {
            REQUIRE(all.staleness.mean() >= 15);
        }
    }
}
