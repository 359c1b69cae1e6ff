// Training reaches the optimum that an independent method finds: every scheme for logistic
// regression, every objective for one scheme of each kind, with bias, weights, l1, and an l2 of any
// size; all with the calibrated step. Real threads are for other tests (`test::reproducible`).
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/newton.hpp"
#include "support/sanitizer.hpp"
#include "support/training.hpp"

#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/train.hpp"

#include <cmath>
#include <vector>

using namespace peccary;

namespace {

/// Relative distance of the objective value, as the library reports it, from the optimum.
template <class Objective, class Data>
double gap(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings, double optimum) {
    const train_result result = train(make_problem(objective, data), which, test::reproducible(which.info, settings));
    CAPTURE(which.info.name, Objective::info.name, result.step, settings.workers, result.last.objective_value, optimum);
    // below the optimum is a wrong value, not a good one
    REQUIRE(result.last.objective_value > optimum * (1 - 1e-5));
    return result.last.objective_value / optimum - 1;
}

constexpr std::uint64_t full_epochs = 60;

/// The objective value of zero weights.
double value_of_zero(std::string_view loss, const test::reference_problem& problem) {
    double value = 0;
    for (Eigen::Index i = 0; i < problem.targets.size(); ++i) {
        value += problem.weights[i] * (loss == "hinge" ? 1 : test::reference_loss(loss, 0, problem.targets[i]).value);
    }
    return value / static_cast<double>(problem.targets.size());
}

} // namespace

TEST_CASE("logistic regression, every scheme: near the optimum") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::binary, 4000, 100, 1);
    const double optimum = test::newton_optimum("logistic", test::problem_of(data.view(), 1.0 / 4000, 0, false));
    for (const unsigned workers : {1U, 2U, 4U, 8U}) {
        if (workers == 1 || which.info.parallel) {
            CAPTURE(workers);
            const std::uint64_t epochs = 20 * static_cast<std::uint64_t>(test::step_factor(which.info, workers));
            train_settings settings{.workers = workers, .epochs = epochs};
            if (which.info.name == "replicas") {
                // eight copies that change 500 updates each and then are added up go too far
                settings.knobs = "period=16";
            }
            REQUIRE(gap(which, linear<logistic>(100, false), data.view(), settings, optimum) < 1e-3);
        }
    }
}

TEMPLATE_LIST_TEST_CASE("every loss: near the optimum", "", losses) {
    INFO(TestType::info.name);
    for (const double l2 : {1e-3, 0.1, 1.0, 100.0}) {
        for (const bool bias : {false, true}) {
            if (TestType::info.name == "hinge" && bias) {
                continue; // the dual method has none
            }
            CAPTURE(l2, bias);
            auto data = test::make_sparse(TestType::info.target, 1500, 40, 2);
            // class weights, or just weights
            for (std::size_t row = 0; row < data.targets.size(); ++row) {
                data.weights.push_back(data.targets[row] > 0 ? real{0.6F} : real{1.7F});
            }
            const auto problem = test::problem_of(data.view(), l2, 0, bias);
            const double optimum =
                TestType::info.name == "hinge" ? test::hinge_optimum(problem) : test::newton_optimum(TestType::info.name, problem);
            const linear<TestType> objective(40, bias);
            // A strong l2 leaves little to gain over zero weights; most of that must be gained,
            // too. (Not all: with a step far above 1 / l2 only the last few hundred updates, when
            // the step has fallen below that, are averaged.)
            const double gain = 0.3 * (value_of_zero(TestType::info.name, problem) / optimum - 1);
            const double allowed = std::min(1e-3, gain);
            const train_settings settings{.workers = 1, .epochs = full_epochs, .l2 = l2};
            REQUIRE(gap(entry_of<sequential>(), objective, data.view(), settings, optimum) < allowed);
            train_settings parallel = settings;
            parallel.workers = 4;
            REQUIRE(gap(entry_of<synchronous>(), objective, data.view(), parallel, optimum) < allowed);
            // else the result is the mean of the last few updates, and one of them late is a good
            // part of it
            if (l2 < 100) {
                REQUIRE(gap(entry_of<atomic>(), objective, data.view(), parallel, optimum) < allowed);
                REQUIRE(gap(entry_of<hogwild>(), objective, data.view(), parallel, optimum) < allowed);
            }
        }
    }
}

TEST_CASE("softmax: within 0.1 % of the optimum") {
    for (const double l2 : {1e-3, 0.1, 100.0}) {
        for (const bool bias : {false, true}) {
            CAPTURE(l2, bias);
            const auto data = test::make_sparse(target_kind::multiclass, 1500, 40, 3);
            const double optimum = test::softmax_optimum(test::problem_of(data.view(), l2, 0, bias), 3);
            const softmax objective(40, 3, bias);
            REQUIRE(gap(entry_of<sequential>(), objective, data.view(), {.workers = 1, .epochs = full_epochs, .l2 = l2}, optimum) < 1e-3);
            REQUIRE(gap(entry_of<atomic>(), objective, data.view(), {.workers = 4, .epochs = full_epochs, .l2 = l2}, optimum) < 1e-3);
        }
    }
}

TEST_CASE("least squares on dense rows: near the optimum") {
    const auto data = test::make_dense(target_kind::regression, 2000, 10, 4);
    const double optimum = test::newton_optimum("squared", test::problem_of(data.view(), 1.0 / 2000, 0, true));
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const train_settings settings{.workers = which.info.parallel ? 2U : 1U, .epochs = full_epochs};
    REQUIRE(gap(which, linear<squared>(10, true), data.view(), settings, optimum) < 1e-3);
}

TEST_CASE("l1: near the optimum, with its exact zeros") {
    const auto data = test::make_sparse(target_kind::binary, 3000, 60, 5);
    const double l2 = 1e-3;
    const double l1 = 0.01;
    const auto solved = test::lasso_optimum("logistic", 0.25, test::problem_of(data.view(), l2, l1, false));
    const double optimum = solved.first;
    const Eigen::VectorXd& weights = solved.second;
    const linear<logistic> objective(60, false);
    const auto check = [&](const train_result& result) {
        REQUIRE(result.last.objective_value > optimum * (1 - 1e-5));
        REQUIRE(result.last.objective_value < optimum * 1.002);
        const auto found = result.model.exclusive(result.model.layout().find("weights"));
        int zeros = 0;
        for (std::size_t j = 0; j < 60; ++j) {
            const double exact = weights[static_cast<Eigen::Index>(j)];
            CAPTURE(j, exact);
            REQUIRE(found[j] == Approx(exact).margin(0.05));
            zeros += found[j] == 0 ? 1 : 0;
            // no weight is truncated that should not be
            REQUIRE((found[j] != 0 || std::abs(exact) < 1e-3));
        }
        REQUIRE(zeros >= 40); // the optimum has 51
    };
    check(train(make_problem(objective, data.view()), entry_of<sequential>(), {.workers = 1, .epochs = full_epochs, .l2 = l2, .l1 = l1}));
    const train_settings parallel{.workers = 4, .epochs = full_epochs, .l2 = l2, .l1 = l1};
    check(train(make_problem(objective, data.view()), entry_of<atomic>(), test::reproducible(atomic::info, parallel)));
    REQUIRE(gap(entry_of<hogwild>(), objective, data.view(), parallel, optimum) < 2e-3);
}

TEST_CASE("a step times l2 far beyond 1 shrinks hard and stays finite") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::binary, 500, 40, 6);
    for (const double l2 : {0.1, 1.0, 100.0, 1e6}) {
        for (const double step : {1e-3, 1.0, 100.0}) {
            CAPTURE(l2, step);
            const train_settings settings{.workers = which.info.parallel ? 2U : 1U, .epochs = 2, .step = step, .l2 = l2};
            const train_result result = train(make_problem(linear<logistic>(40, true), data.view()), which, settings);
            for (const real weight : result.model.exclusive(result.model.layout().find("weights"))) {
                // A proximal step ends within |gradient| / l2 of where its gradient was taken; here
                // gradients are at most 1 a coordinate.
                REQUIRE(std::abs(weight) <= 1.01 * std::min(1 / l2, 1000 * step));
            }
        }
    }
}
