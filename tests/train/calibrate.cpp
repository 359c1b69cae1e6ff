// The calibrated step: the same for the same seed, measured and not guessed for every objective and l2, and near the best of a grid.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/objectives.hpp"

#include "peccary/train.hpp"

#include <cmath>

using namespace peccary;

TEMPLATE_LIST_TEST_CASE("the step is finite and positive, and improves on doing nothing, whatever the l2", "", test::objectives) {
    INFO(TestType::info.name);
    const auto data = test::make_sparse(TestType::info.target, 3000, 50, 1);
    const auto objective = test::make_objective<TestType>(50, true);
    const auto rows = all_rows(3000);
    for (const double l2 : {0.0, 1e-4, 0.1, 1.0, 100.0, 1e6}) {
        for (const std::uint64_t batch : {1, 16}) {
            CAPTURE(l2, batch);
            const calibration found = calibrate(objective, data.view(), rows, batch, l2, 10, 1);
            REQUIRE(std::isfinite(found.step));
            REQUIRE(found.step > 0);
            REQUIRE(found.sample >= 512);
            REQUIRE(found.candidates >= 2);
            REQUIRE(std::isfinite(found.sample_objective));
            calibrator<TestType, sparse_view> sample(objective, data.view(), rows, batch, l2, 1);
            REQUIRE(found.sample_objective <= sample.try_step(1e-12)); // a step that small leaves the parameters at zero
            const calibration again = calibrate(objective, data.view(), rows, batch, l2, 10, 1);
            REQUIRE(again.step == found.step);
            REQUIRE(calibrate(objective, data.view(), rows, batch, l2, 1, 1).step == Approx(2 * found.step)); // a single pass has to hurry
        }
    }
}

TEST_CASE("trying a step leaves no trace") {
    const auto data = test::make_sparse(target_kind::binary, 2000, 50, 2);
    const auto rows = all_rows(2000);
    calibrator<linear<logistic>, sparse_view> sample(linear<logistic>(50, true), data.view(), rows, 1, 1e-3, 1);
    const double first = sample.try_step(0.5);
    sample.try_step(1e20);
    REQUIRE(sample.try_step(0.5) == first);
}

TEST_CASE("a data set without features still gets a step") {
    test::sparse_set data;
    for (int row = 0; row < 40; ++row) {
        data.append({}, {}, row % 3 == 0 ? real{1} : real{-1});
    }
    // The bias alone: the log-odds of 14 in 40. All adds are to one coordinate, where `hogwild` would lose many.
    const auto result = train<atomic>(linear<logistic>(0, true), data.view(), {.workers = 2, .epochs = 200});
    REQUIRE(result.model.exclusive(result.model.layout().find("bias"))[0] == Approx(std::log(14.0 / 26)).margin(0.01));
}
