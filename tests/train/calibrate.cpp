// The calibrated step: the same for the same seed, measured and not guessed for every objective and
// l2, near the best of a grid, and stable under the delay that a scheme has by construction.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/objectives.hpp"
#include "support/training.hpp"

#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/train.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace peccary;

TEMPLATE_LIST_TEST_CASE("the step is finite and positive, and improves on doing nothing, whatever the l2", "", test::objectives) {
    INFO(TestType::info.name);
    const auto data = test::make_sparse(TestType::info.target, 3000, 50, 1);
    const auto objective = test::make_objective<TestType>(50, true);
    const auto rows = all_rows(3000);
    for (const double l2 : {0.0, 1e-4, 0.1, 1.0, 100.0, 1e6}) {
        for (const std::uint64_t batch : {1, 16}) {
            CAPTURE(l2, batch);
            const calibration found = calibrate(*make_problem(objective, data.view()), rows, batch, l2, 10, 1);
            REQUIRE(std::isfinite(found.step));
            REQUIRE(found.step > 0);
            REQUIRE(found.sample >= 512);
            REQUIRE(found.candidates >= 2);
            REQUIRE(std::isfinite(found.sample_objective));
            const auto task = make_problem(objective, data.view());
            calibration_sample sample(*task, rows, batch, l2, 1, {}, 0);
            // a step that small leaves the parameters at zero
            REQUIRE(found.sample_objective <= sample.try_step(1e-12));
            const calibration again = calibrate(*make_problem(objective, data.view()), rows, batch, l2, 10, 1);
            REQUIRE(again.step == found.step);
            REQUIRE(calibrate(*make_problem(objective, data.view()), rows, batch, l2, 1, 1).step ==
                    Approx(2 * found.step)); // a single pass has to hurry
        }
    }
}

TEST_CASE("trying a step leaves no trace") {
    const auto data = test::make_sparse(target_kind::binary, 2000, 50, 2);
    const auto rows = all_rows(2000);
    const auto task = make_problem(linear<logistic>(50, true), data.view());
    calibration_sample sample(*task, rows, 1, 1e-3, 1, {}, 0);
    const double first = sample.try_step(0.5);
    sample.try_step(1e20);
    REQUIRE(sample.try_step(0.5) == first);
}

TEST_CASE("a data set without features still gets a step") {
    test::sparse_set data;
    for (int row = 0; row < 40; ++row) {
        data.append({}, {}, row % 3 == 0 ? real{1} : real{-1});
    }
    // The bias alone: the log-odds of 14 in 40.
    const auto result = train<atomic>(linear<logistic>(0, true), data.view(), {.executor = "virtual", .workers = 2, .epochs = 200});
    REQUIRE(result.model.exclusive(result.model.layout().find("bias"))[0] == Approx(std::log(14.0 / 26)).margin(0.01));
}

namespace {

/// Rows that are all the same: one feature of value 1, target 1. So the score is all there is to
/// learn, from any objective of squared loss.
test::dense_set same_rows(std::size_t rows) {
    test::dense_set data;
    data.storage.columns = 1;
    data.storage.values.assign(rows, real{1});
    data.storage.labels.assign(rows, real{1});
    data.targets.assign(rows, real{1});
    return data;
}

/// Loss of the score that begins at `score`, after `updates` of x(t+1) = x(t) - step(t)
/// of(x(t - delay) - 1, x(t) - x(t - delay)), the delay less at the beginning.
template <class Direction>
double loss_of_delayed_descent(double score, double step, std::uint64_t updates, std::uint64_t delay, Direction of) {
    std::vector<double> scores{score};
    for (std::uint64_t t = 0; t < updates; ++t) {
        const std::uint64_t block = t / step_table::block * step_table::block;
        const double now = step * (1 - static_cast<double>(block) / static_cast<double>(updates));
        const double read = scores[t - std::min(t, delay)];
        scores.push_back(scores[t] - now * of(read - 1, scores[t] - read));
    }
    return (scores.back() - 1) * (scores.back() - 1) / 2;
}

/// Calls `test(objective, curvature, score at first)` for an objective that is evaluated example by
/// example and for one that takes batches, whose bias doubles the curvature.
template <class Test>
void for_both_kinds_of_objective(Test test) {
    test(linear<squared>(1, false), 1.0, 0.0);
    const mlp network(1, {}, 0, "relu", "squared");
    test(network, 2.0, static_cast<double>(initial_parameters(network, 1).exclusive()[0]));
}

} // namespace

TEST_CASE("a step is tried with the delay that is asked for") {
    const auto data = same_rows(20'000);
    const auto rows = all_rows(20'000);
    for_both_kinds_of_objective([&](const auto& objective, double curvature, double score) {
        for (const std::uint64_t delay : {0, 1, 7, 40, 624, 100'000}) {
            const auto task = make_problem(objective, data.view());
            calibration_sample sample(*task, rows, 1, 0, 1, {}, delay);
            REQUIRE(sample.size() == 625);
            for (const double step : {0.001, 0.01}) {
                CAPTURE(curvature, delay, step);
                REQUIRE(sample.try_step(step) ==
                        Approx(loss_of_delayed_descent(score, step, 625, delay, [&](double g, double) { return curvature * g; }))
                            .epsilon(1e-3)
                            .margin(1e-7));
            }
        }
    });
}

TEST_CASE("the step of late updates is one at which they are stable") {
    constexpr std::uint64_t delay = 63;
    const auto data = same_rows(20'000);
    const auto rows = all_rows(20'000);
    for_both_kinds_of_objective([&](const auto& objective, double curvature, double /*score*/) {
        // x(t+1) = x(t) - step curvature x(t - d) tends to zero exactly for steps below this.
        const double limit = 2 * std::sin(std::numbers::pi / (2 * (2 * delay + 1))) / curvature;
        const auto step_with = [&](std::uint64_t late) {
            return calibrate(*make_problem(objective, data.view()), rows, 1, 0, 10, 1, {}, late).step;
        };
        CAPTURE(curvature, limit);
        REQUIRE(step_with(0) > limit);
        REQUIRE(step_with(delay) < limit);
    });
}

TEST_CASE("the step is calibrated with the delay that the scheme has by construction, and no other") {
    const auto data = test::make_dense(target_kind::multiclass, 2000, 20, 1);
    const auto rows = all_rows(2000);
    const mlp objective(20, {16}, 3);
    const auto with_delay = [&](std::uint64_t delay) {
        return calibrate(*make_problem(objective, data.view()), rows, 10, 1e-4, 1, 1, {}, delay).step;
    };
    const auto with_scheme = [&](auto tag, unsigned workers) {
        const train_settings settings{.workers = workers, .epochs = 1, .batch = 10, .l2 = 1e-4};
        return calibrate<typename decltype(tag)::type>(objective, data.view(), rows, settings).step;
    };
    REQUIRE(with_delay(7) < with_delay(0));
    REQUIRE(with_scheme(std::type_identity<round_robin>(), 8) == with_delay(7));
    REQUIRE(with_scheme(std::type_identity<round_robin>(), 1) == with_delay(0));
    REQUIRE(with_scheme(std::type_identity<hogwild>(), 8) == with_delay(0));
    REQUIRE(train<round_robin>(objective, data.view(), {.workers = 8, .epochs = 1, .batch = 10, .l2 = 1e-4}).step == with_delay(7));
    REQUIRE_THROWS_AS(with_scheme(std::type_identity<sequential>(), 2), usage_error);
}

TEMPLATE_LIST_TEST_CASE("the first step is the schedule's", "", schedules) {
    const auto data = test::make_dense(target_kind::binary, 2000, 20, 1);
    const auto rows = all_rows(2000);
    const linear<logistic> objective(20, true);
    const auto step_under = [&](std::string_view schedule) {
        return calibrate<hogwild>(objective, data.view(), rows, {.workers = 2, .epochs = 10, .schedule = std::string(schedule)}).step;
    };
    REQUIRE(step_under(TestType::info.name) == Approx(TestType::info.first_step * step_under("linear")).epsilon(1e-14));
    REQUIRE_THROWS_AS(step_under("cosine"), usage_error);

    // Where nobody has measured what it should be, it is that of `linear`.
    train_settings own{.workers = 2, .epochs = 10, .schedule = std::string(TestType::info.name), .decay = 0.5};
    REQUIRE(calibrate<hogwild>(objective, data.view(), rows, own).step == step_under("linear"));
    own.decay.reset();
    train_settings other = own;
    other.schedule = "linear";
    REQUIRE(calibrate<round_robin>(objective, data.view(), rows, own).step ==
            calibrate<round_robin>(objective, data.view(), rows, other).step);
    const mlp network(20, {4}, 3);
    const auto dense = test::make_dense(target_kind::multiclass, 2000, 20, 1); // of three classes
    REQUIRE(calibrate<hogwild>(network, dense.view(), rows, own).step == calibrate<hogwild>(network, dense.view(), rows, other).step);
}

TEST_CASE("delay is compensated as steps are tried, and without delay there is nothing to compensate") {
    const auto data = same_rows(20'000);
    const auto rows = all_rows(20'000);
    const mlp objective(1, {}, 0, "relu", "squared");
    const double score = initial_parameters(objective, 1).exclusive()[0];
    constexpr double lambda = 3;
    const auto value = [&](const rule_settings& settings, std::uint64_t delay) {
        return calibration_sample(*make_problem(objective, data.view()), rows, 1, 0, 1, rule_of(settings), delay).try_step(0.005);
    };
    for (const std::uint64_t delay : {0, 7, 40}) {
        CAPTURE(delay);
        // Weight and bias have the same gradient, g, and each makes half of what the score moves:
        // g + lambda g^2 (now - as read).
        const auto compensated = [](double g, double moved) { return 2 * (g + lambda * g * g * moved / 2); };
        REQUIRE(value({.compensation = "constant", .lambda = lambda}, delay) ==
                Approx(loss_of_delayed_descent(score, 0.005, 625, delay, compensated)).epsilon(1e-3));
    }
    REQUIRE(value({.compensation = "adaptive"}, 0) == Approx(value({}, 0)).epsilon(1e-5));
    REQUIRE(value({.compensation = "adaptive"}, 7) != Approx(value({}, 7)).epsilon(1e-3));
}

TEST_CASE("only workers in a fixed order are late by construction, and share a batch out") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const bool in_turn = which.info.name == "round_robin";
    for (const unsigned workers : {1U, 2U, 3U, 4U, 8U, 1024U}) {
        CAPTURE(workers);
        REQUIRE(inherent_delay(which.info, workers) == (in_turn ? workers - 1 : 0));
        const std::uint64_t shared_out = workers == 1 ? 32 : workers == 2 ? 16 : workers == 3 ? 10 : 8;
        REQUIRE(default_batch(which.info, {.default_batch = 32, .least_batch = 8}, workers) ==
                std::max(which.info.batch, in_turn ? shared_out : 32));
        REQUIRE(default_batch(which.info, {}, workers) == which.info.batch);
    }
}
