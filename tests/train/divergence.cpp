// Divergence is caught: by every scheme within the epoch, by the objective's value after it; the
// message says where and what to do.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/training.hpp"

#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/train.hpp"

#include <string>
#include <utility>

using namespace peccary;

TEST_CASE("a step far too large ends the epoch as diverged, naming epoch, worker and step") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::regression, 2000, 30, 1);
    const auto refused = [&](const std::string& executor, unsigned workers) {
        return workers > 1 && (!which.info.parallel || (which.info.lockstep && executor == "virtual"));
    };
    for (const auto& [executor, workers] : {std::pair{"threads", 1U}, {"threads", 4U}, {"virtual", 1U}, {"virtual", 64U}}) {
        if (refused(executor, workers)) {
            continue;
        }
        const train_settings settings{.executor = executor, .workers = workers, .epochs = 3, .step = 1e30, .l2 = 0.0};
        const auto rows = all_rows(data.view().size());
        stop_flag stop;
        planned_run run(make_problem(linear<squared>(30, true), data.view()), which, rows, settings, stop);
        const epoch_end end = run.run_epoch();
        REQUIRE(end == epoch_end::diverged);
        REQUIRE(stop.requested());
        REQUIRE(run.diverged().has_value());
        REQUIRE(run.diverged()->worker < workers);
        REQUIRE(run.diverged()->step > 1e29);
        REQUIRE(run.position().update < run.updates_per_epoch()); // it did not go on for long
        std::string message;
        try {
            run.require_finite(end, 0);
        } catch (const diverged_error& caught) {
            message = caught.what();
        }
        REQUIRE_THAT(message, Catch::Matchers::Contains("epoch 1:"));
        REQUIRE_THAT(message, Catch::Matchers::Contains("worker " + std::to_string(run.diverged()->worker)));
        REQUIRE_THAT(message, Catch::Matchers::Contains("step size"));
        REQUIRE_THAT(message, Catch::Matchers::Contains("try a smaller --step"));
        REQUIRE_THROWS_AS(train(make_problem(linear<squared>(30, true), data.view()), which, settings), diverged_error);
    }
}

TEST_CASE("parameters that overflow in the last update are found by the objective's value") {
    test::sparse_set data;
    data.storage.columns = 1;
    data.append({0}, {1}, 1e10F);
    REQUIRE_THROWS_AS(train<sequential>(linear<squared>(1, false), data.view(), {.epochs = 2, .step = 1e35, .l2 = 0.0}), diverged_error);
    REQUIRE_THROWS_WITH(train<sequential>(linear<squared>(1, false), data.view(), {.epochs = 2, .step = 1e35, .l2 = 0.0}),
                        Catch::Matchers::Contains("epoch 1: the objective value is not finite, at step size"));
}

TEST_CASE("bad data met by a loss is divergence too, not silence") {
    auto data = test::make_sparse(target_kind::binary, 100, 10, 1);
    data.storage.values[20] = std::numeric_limits<real>::quiet_NaN();
    REQUIRE_THROWS_AS(train<hogwild>(linear<logistic>(10, false), data.view(), {.workers = 2, .step = 0.1}), diverged_error);
}
