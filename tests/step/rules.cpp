// Update rules: names, knobs, what is refused, and states that others' adds have pushed out of
// their range.
#include "catch.hpp"

#include "peccary/step/rules.hpp"

#include <array>
#include <cmath>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t size = 16;

/// What one update by `rule` does to gradients of `gradient`, where every state is `state`.
struct one_update {
    one_update(const update_rule& rule, real gradient, real state) {
        directions.fill(gradient);
        for (auto& values : states) {
            values.fill(state);
        }
        const auto over = [](auto& values) { return rule_block::array(values.data(), size); };
        rule_block block{
            .gradient = over(directions), .state = {over(states[0]), over(states[1])}, .change = {over(changes[0]), over(changes[1])}};
        rule.transform(rule_terms(rule.knobs, 1000), block);
    }

    alignas(64) std::array<real, size> directions{};
    alignas(64) std::array<std::array<real, size>, 2> states{};
    alignas(64) std::array<std::array<real, size>, 2> changes{};
};

} // namespace

TEMPLATE_LIST_TEST_CASE("a rule's name gives the rule, with its own knobs unless others are given", "", rules) {
    constexpr rule_info info = TestType::info;
    CAPTURE(info.name);
    const update_rule by_default = rule_of({.name = std::string(info.name)});
    REQUIRE(by_default.info.name == info.name);
    REQUIRE(by_default.knobs.beta1 == info.knobs.beta1);
    REQUIRE(by_default.knobs.beta2 == info.knobs.beta2);
    REQUIRE(by_default.knobs.epsilon == info.knobs.epsilon);
    REQUIRE(by_default.plain() == (info.name == "sgd"));
    REQUIRE_FALSE(rule_of({.name = std::string(info.name), .clip_norm = 1}).plain());
    const auto given = [&](auto member, double value, double rule_knobs::*knob) {
        rule_settings settings{.name = std::string(info.name)};
        settings.*member = value;
        if (info.knobs.*knob == 0) {
            REQUIRE_THROWS_AS(rule_of(settings), usage_error);
            return;
        }
        REQUIRE(rule_of(settings).knobs.*knob == value);
        for (const double wrong : {-0.1, std::nan(""), HUGE_VAL}) {
            settings.*member = wrong;
            REQUIRE_THROWS_AS(rule_of(settings), usage_error);
        }
    };
    given(&rule_settings::momentum, 0.5, &rule_knobs::beta1);
    given(&rule_settings::beta2, 0.5, &rule_knobs::beta2);
    given(&rule_settings::epsilon, 0.5, &rule_knobs::epsilon);
    for (const double wrong : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
        REQUIRE_THROWS_AS(rule_of({.name = std::string(info.name), .clip_norm = wrong}), usage_error);
    }
}

TEST_CASE("refusals name what they refuse") {
    REQUIRE_THROWS_WITH(rule_of({.name = "adamm"}),
                        "unknown update rule 'adamm'; choose one of sgd, momentum, nesterov, adagrad, rmsprop, adam");
    REQUIRE_THROWS_WITH(rule_of({.name = "adagrad", .beta2 = 0.9}),
                        "the update rule 'adagrad' has no beta2; leave it out, or choose another rule");
    REQUIRE_THROWS_WITH(rule_of({.name = "adam", .momentum = 1.0}), "the momentum of an update rule must be a number from 0 to below 1");
    REQUIRE_THROWS_WITH(rule_of({.state = rule_state::worker}), "the update rule 'sgd' has no state to be shared or not; leave that open");
}

TEST_CASE("a compensation has a lambda, its own or a positive one") {
    REQUIRE(rule_of({.compensation = "constant"}).lambda == 0.04);
    REQUIRE(rule_of({.compensation = "adaptive", .lambda = 0.5}).lambda == 0.5);
    REQUIRE_FALSE(rule_of({.compensation = "constant"}).plain());
    REQUIRE(rule_of({.state = rule_state::worker, .compensation = "adaptive"}).state_count() == 1);
    REQUIRE_THROWS_WITH(rule_of({.compensation = "all"}), "unknown compensation 'all'; choose one of none, constant, adaptive");
    REQUIRE_THROWS_WITH(rule_of({.lambda = 1}), "the compensation 'none' has no lambda; leave it out, or choose another compensation");
    for (const double wrong : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
        REQUIRE_THROWS_AS(rule_of({.compensation = "constant", .lambda = wrong}), usage_error);
    }
}

TEMPLATE_LIST_TEST_CASE("a rule bears with a mean square below zero, and brings it back", "", rules) {
    CAPTURE(TestType::info.name);
    const one_update found(rule_of({.name = std::string(TestType::info.name)}), 0.5F, -0.125F);
    for (std::size_t i = 0; i < size; ++i) {
        REQUIRE(std::isfinite(found.directions[i]));
        if (TestType::info.state_count() > 0) {
            REQUIRE(found.changes[TestType::info.state_count() - 1][i] > 0);
        }
    }
}

TEMPLATE_LIST_TEST_CASE("coordinates without gradient do not move before they have had one", "", rules) {
    CAPTURE(TestType::info.name);
    const one_update found(rule_of({.name = std::string(TestType::info.name)}), 0, 0);
    for (std::size_t i = 0; i < size; ++i) {
        REQUIRE(found.directions[i] == 0);
        REQUIRE(found.changes[0][i] == 0);
        REQUIRE(found.changes[1][i] == 0);
    }
}
