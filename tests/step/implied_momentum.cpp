// Asynchrony as momentum: the formulas by hand, the fit on descent whose momentum is known, and
// simulated workers, who show what theory says.
#include "catch.hpp"

#include "support/implied_momentum.hpp"

#include "peccary/step/implied_momentum.hpp"

#include <vector>

using namespace peccary;

TEST_CASE("workers imply momentum 1 - 1/n") {
    REQUIRE(implied_momentum(1) == 0);
    REQUIRE(implied_momentum(2) == 0.5);
    REQUIRE(implied_momentum(16) == 0.9375);
}

TEST_CASE("explicit momentum is what is left of the target, and never below 0") {
    REQUIRE(explicit_momentum(0.9, 1) == 0.9);
    REQUIRE(explicit_momentum(0.9, 2) == Approx(0.4).epsilon(1e-14));
    REQUIRE(explicit_momentum(0.9, 10) == Approx(0).margin(1e-14));
    REQUIRE(explicit_momentum(0.9, 16) == 0);
    REQUIRE(explicit_momentum(0, 4) == 0);
}

TEST_CASE("the fit finds the momentum and the step of descent that has them") {
    for (const double momentum : {-0.3, 0.0, 0.5, 0.95}) {
        for (const double step : {0.01, 0.3}) {
            std::vector<double> positions{5, 4.5};
            std::vector<double> gradients;
            const auto gradient = [](double at) { return at + 0.1 * at * at; }; // not linear
            for (std::size_t t = 0; t < 50; ++t) {
                gradients.push_back(gradient(positions[t]));
                if (t > 0) {
                    positions.push_back(positions[t] + momentum * (positions[t] - positions[t - 1]) - step * gradients[t]);
                }
            }
            gradients.push_back(0); // at the last position, which nothing follows
            momentum_estimate estimate;
            estimate.add(positions, gradients);
            const momentum_fit found = estimate.fit();
            CAPTURE(momentum, step);
            REQUIRE(found.momentum == Approx(momentum).margin(1e-9));
            REQUIRE(found.step == Approx(step).epsilon(1e-9));
        }
    }
}

TEST_CASE("simulated workers with exponential delays show momentum 1 - 1/n, at an n-th of the step") {
    const double step = 0.2;
    for (const unsigned workers : {1U, 2U, 4U, 8U, 16U}) {
        const momentum_fit found = test::measured_momentum(workers, step, 400);
        CAPTURE(workers, found.momentum, found.step);
        REQUIRE(found.momentum == Approx(implied_momentum(workers)).margin(0.03));
        REQUIRE(found.step == Approx(step / workers).epsilon(0.1));
    }
}
