// What every objective inherits: gradients against differences of the loss in every parameter,
// shares that add up, golden values of softmax.
#include "catch.hpp"

#include "golden/losses.hpp"
#include "support/objectives.hpp"

#include "peccary/core/random.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t features = 9;
const std::vector<feature_index> indices{0, 2, 3, 7};
const std::vector<real> four_values{0.5F, -1.5F, 2, 0.25F};
const std::vector<real> nine_values{1, 0.5F, -0.25F, 0, 2, -1, 0.75F, -0.5F, 1.5F};

/// Calls `check(row)` for sparse, dense and empty rows with several targets and weights.
template <class Objective, class Check>
void with_rows(Check check) {
    const auto targets = Objective::info.target == target_kind::multiclass ? std::vector<real>{0, 1, 2} : std::vector<real>{-1, 1};
    for (const real target : targets) {
        for (const real weight : {1.0F, 0.0F, 2.5F}) {
            check(sparse_row{.indices = indices, .values = four_values, .target = target, .weight = weight});
            check(sparse_row{.indices = {}, .values = {}, .target = target, .weight = weight});
            check(dense_row{.values = nine_values, .target = target, .weight = weight});
        }
    }
}

/// Parameters of moderate size, so that scores are away from kinks and saturation.
parameters drawn(const parameter_layout& layout) {
    parameters model(layout);
    random_stream random(5, 0, 0);
    for (const auto& span : layout.spans()) {
        for (real& value : model.exclusive(span)) {
            value = static_cast<real>(random.unit() - 0.4);
        }
    }
    return model;
}

template <class Objective, class Row>
double loss_at(const Objective& objective, const Row& row, parameters& model, weight_scale scale) {
    exclusive access;
    std::vector<real> scores(objective.outputs());
    objective.scores(row, shared_view(model.base(), access, scale), std::span(scores));
    return objective.loss_of(std::span<const real>(scores), row);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("apply moves every parameter against its partial derivative", "", test::objectives) {
    INFO(TestType::info.name);
    const weight_scale half{.scale = 0.5F, .inverse = 2};
    for (const weight_scale scale : {weight_scale{}, half}) {
        for (const bool bias : {false, true}) {
            const auto objective = test::make_objective<TestType>(features, bias);
            with_rows<TestType>([&](const auto& row) {
                parameters model = drawn(objective.layout());
                const parameters before = model;
                exclusive access;
                const shared_view view(model.base(), access, scale);
                auto gradient = objective.make_gradient();
                REQUIRE(std::isfinite(objective.differentiate(row, view, gradient)));
                constexpr real step = 0.5F;
                objective.apply(row, gradient, view, step);

                for (const auto& span : model.layout().spans()) {
                    // With w = s v, w moves by -step * d loss / d w, so v by -step * (d loss / d
                    // v) / s^2.
                    const double squared = span.regularised ? static_cast<double>(scale.scale) * scale.scale : 1.0;
                    for (std::size_t i = 0; i < span.size; ++i) {
                        CAPTURE(span.name, i, bias, scale.scale, row.target, row.weight);
                        constexpr real nudge = 1.0F / 128;
                        parameters up = before;
                        up.exclusive(span)[i] += nudge;
                        parameters down = before;
                        down.exclusive(span)[i] -= nudge;
                        const double apart = static_cast<double>(up.exclusive(span)[i]) - down.exclusive(span)[i];
                        const double slope = (loss_at(objective, row, up, scale) - loss_at(objective, row, down, scale)) / apart;
                        const double moved = static_cast<double>(model.exclusive(span)[i]) - before.exclusive(span)[i];
                        REQUIRE(moved == Approx(-step * slope / squared).margin(2e-3));
                    }
                }
            });
        }
    }
}

TEMPLATE_LIST_TEST_CASE("disjoint shares together make up apply, bit for bit", "", test::objectives) {
    INFO(TestType::info.name);
    for (const bool bias : {false, true}) {
        const auto objective = test::make_objective<TestType>(features, bias);
        with_rows<TestType>([&](const auto& row) {
            for (feature_index first = 0; first <= features; ++first) {
                parameters whole = drawn(objective.layout());
                parameters shared = whole;
                exclusive access;
                const weight_scale scale{.scale = 0.5F, .inverse = 2};
                const shared_view whole_view(whole.base(), access, scale);
                const shared_view shared_view_of(shared.base(), access, scale);
                auto gradient = objective.make_gradient();
                objective.differentiate(row, whole_view, gradient);
                objective.apply(row, gradient, whole_view, 0.25F);
                const feature_index second = std::min<feature_index>(first + 3, features);
                const feature_share shares[] = {{.first = second, .biases = false},
                                                {.first = first, .last = second, .biases = true},
                                                {.first = 0, .last = first, .biases = false}};
                for (const auto& share : shares) {
                    objective.apply_share(row, gradient, shared_view_of, 0.25F, share);
                }
                REQUIRE(std::ranges::equal(whole.exclusive(), shared.exclusive()));
            }
        });
    }
}

TEMPLATE_LIST_TEST_CASE("what it returns is finite exactly if the scores are", "", test::objectives) {
    INFO(TestType::info.name);
    const real infinity = std::numeric_limits<real>::infinity();
    const auto objective = test::make_objective<TestType>(features, true);
    const parameter_layout layout = objective.layout();
    for (const real broken : {infinity, -infinity, std::numeric_limits<real>::quiet_NaN()}) {
        for (const auto& span : layout.spans()) {
            for (std::size_t at = 0; at < span.size; ++at) {
                CAPTURE(broken, span.name, at);
                parameters model = drawn(objective.layout());
                model.exclusive(span)[at] = broken;
                exclusive access;
                const shared_view view(model.base(), access);
                auto gradient = objective.make_gradient();
                with_rows<TestType>([&](const auto& row) {
                    std::vector<real> scores(objective.outputs());
                    objective.scores(row, view, std::span(scores));
                    const bool finite = std::ranges::all_of(scores, [](real score) { return std::isfinite(score); });
                    REQUIRE(std::isfinite(objective.differentiate(row, view, gradient)) == finite);
                });
            }
        }
    }
    parameters model = drawn(objective.layout());
    for (real& value : model.exclusive()) {
        value *= 1e30F;
    }
    exclusive access;
    auto gradient = objective.make_gradient();
    with_rows<TestType>(
        [&](const auto& row) { REQUIRE(std::isfinite(objective.differentiate(row, shared_view(model.base(), access), gradient))); });
}

TEST_CASE("softmax equals an independent implementation") {
    const softmax objective(2, 3, true);
    parameters model(objective.layout());
    std::ranges::copy(golden::softmax_weights, model.exclusive(model.layout().find("weights")).begin());
    std::ranges::copy(golden::softmax_bias, model.exclusive(model.layout().find("bias")).begin());
    const std::vector<real> values(std::begin(golden::softmax_row), std::end(golden::softmax_row));
    exclusive access;
    const shared_view view(model.base(), access);
    for (std::size_t target = 0; target < 3; ++target) {
        const dense_row row{.values = values, .target = static_cast<real>(target), .weight = 2};
        auto gradient = objective.make_gradient();
        objective.differentiate(row, view, gradient);
        for (std::size_t c = 0; c < 3; ++c) {
            const double slope = 2 * (golden::softmax_probabilities[c] - (c == target ? 1 : 0));
            REQUIRE(gradient.slopes[c] == Approx(slope).epsilon(1e-5).margin(1e-7));
        }
        REQUIRE(loss_at(objective, row, model, {}) == Approx(2 * golden::softmax_losses[target]).epsilon(1e-6));
    }
}

TEST_CASE("softmax with fewer than two classes is refused") {
    REQUIRE_THROWS_AS(softmax(10, 1, false), usage_error);
    REQUIRE_THROWS_WITH(softmax(10, 0, false), "softmax needs at least two classes, not 0");
}
