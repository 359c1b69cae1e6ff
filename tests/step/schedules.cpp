// What every schedule inherits from the list, and each formula at a few points.
#include "catch.hpp"

#include "peccary/step/schedules.hpp"

#include <cmath>
#include <set>
#include <string_view>

using namespace peccary;

TEMPLATE_LIST_TEST_CASE("schedules start at the first step, never rise, and stay positive until the end", "", schedules) {
    INFO(TestType::info.name);
    for (const double initial : {1e-6, 0.5, 1e4}) {
        for (const double planned : {1.0, 10.0, 1000.0}) {
            const auto at = [&](double epochs) {
                return TestType::at({.initial = initial, .epochs = epochs, .planned_epochs = planned, .decay = TestType::info.decay});
            };
            REQUIRE(at(0) == initial);
            double before = at(0);
            for (int part = 1; part <= 1000; ++part) {
                const double now = at(planned * part / 1000.0);
                REQUIRE(std::isfinite(now));
                REQUIRE(now <= before);
                REQUIRE((part == 1000 ? now >= 0 : now > 0));
                before = now;
            }
            REQUIRE(at(planned * 2) >= 0); // a run that is continued beyond its plan
        }
    }
}

TEMPLATE_LIST_TEST_CASE("schedules are proportional to the first step", "", schedules) {
    INFO(TestType::info.name);
    for (const double epochs : {0.0, 0.3, 1.0, 2.7}) {
        const progress one{.initial = 1, .epochs = epochs, .planned_epochs = 5, .decay = 0.7};
        progress eight = one;
        eight.initial = 8;
        REQUIRE(TestType::at(eight) == Approx(8 * TestType::at(one)).epsilon(1e-14));
    }
}

TEST_CASE("formulas at points") {
    const auto at = [](auto schedule, double epochs, double decay) {
        return decltype(schedule)::at({.initial = 2, .epochs = epochs, .planned_epochs = 4, .decay = decay});
    };
    REQUIRE(at(linear_decay{}, 1, 0) == Approx(1.5));
    REQUIRE(at(linear_decay{}, 3.5, 0) == Approx(0.25));
    REQUIRE(at(linear_decay{}, 4, 0) == 0);
    REQUIRE(at(linear_decay{}, 5, 0) == 0);
    REQUIRE(at(inverse_linear{}, 1, 3) == Approx(2 * 0.75 / 1.75));
    REQUIRE(at(inverse_linear{}, 2, 1) == Approx(2 * 0.5 / 1.5));
    REQUIRE(at(inverse_linear{}, 4, 3) == 0);
    REQUIRE(at(inverse_linear{}, 5, 3) == 0);
    REQUIRE(at(constant_step{}, 123.4, 0) == 2);
    REQUIRE(at(inverse_time{}, 1, 1) == Approx(1));
    REQUIRE(at(inverse_time{}, 1.5, 2) == Approx(0.5));
    REQUIRE(at(inverse_sqrt{}, 3, 1) == Approx(1));
    REQUIRE(at(inverse_sqrt{}, 4, 2) == Approx(2.0 / 3));
    REQUIRE(at(epoch_decay{}, 0.99, 0.9) == 2);
    REQUIRE(at(epoch_decay{}, 1, 0.9) == Approx(1.8));
    REQUIRE(at(epoch_decay{}, 2.5, 0.5) == Approx(0.5));
}

TEST_CASE("names are unique, and each schedule states its formula") {
    std::set<std::string_view> names;
    schedules::for_each([&](auto tag) {
        names.insert(decltype(tag)::type::info.name);
        REQUIRE(decltype(tag)::type::info.formula.starts_with("step"));
    });
    REQUIRE(names.size() == schedules::size);
}
