// Prediction against sums written out in long double, and probabilities at scores where the
// textbook formulas overflow.
#include "catch.hpp"

#include "peccary/core/random.hpp"
#include "peccary/model/predict.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace peccary;

namespace {

constexpr real largest = std::numeric_limits<real>::max();

std::vector<real> random_reals(std::size_t count, std::uint64_t seed) {
    random_stream random(seed, 0, 0);
    std::vector<real> values(count);
    for (auto& value : values) {
        value = static_cast<real>(random.unit() * 4 - 2);
    }
    return values;
}

std::vector<double> labels_up_to(std::size_t classes) {
    std::vector<double> labels;
    for (std::size_t c = 0; c < classes; ++c) {
        labels.push_back(10.0 * static_cast<double>(c) + 0.5);
    }
    return labels;
}

std::vector<real> probabilities_of(const predictor& predict, const std::vector<real>& scores) {
    std::vector<real> probabilities(predict.labels().size());
    predict.probabilities(scores, probabilities);
    return probabilities;
}

} // namespace

TEST_CASE("scores are the sums that the definition says, for sparse and dense rows") {
    constexpr std::size_t features = 50;
    for (const std::size_t classes : {2U, 3U, 31U, 32U, 33U, 100U}) {
        for (const bool with_bias : {false, true}) {
            const auto weights = random_reals(features * classes, classes);
            const auto bias = random_reals(with_bias ? classes : 0, 7);
            const model trained = make_linear_model("softmax", features, labels_up_to(classes), weights, bias);
            const predictor predict(trained);
            REQUIRE(predict.outputs() == classes);

            const std::vector<feature_index> indices{0, 3, 17, 49};
            const auto values = random_reals(indices.size(), 5);
            std::vector<real> all(features, 0);
            std::vector<long double> expected(classes, 0);
            for (std::size_t c = 0; c < classes; ++c) {
                expected[c] = with_bias ? bias[c] : 0;
                for (std::size_t k = 0; k < indices.size(); ++k) {
                    all[indices[k]] = values[k];
                    expected[c] += static_cast<long double>(values[k]) * weights[indices[k] * classes + c];
                }
            }
            const sparse_row sparse{.indices = indices, .values = values};
            const dense_row dense{.values = all};
            std::vector<real> sparse_scores(classes);
            std::vector<real> dense_scores(classes);
            predict.scores(sparse, sparse_scores);
            predict.scores(dense, dense_scores);
            for (std::size_t c = 0; c < classes; ++c) {
                REQUIRE(sparse_scores[c] == static_cast<real>(expected[c]));
                REQUIRE(dense_scores[c] == sparse_scores[c]);
            }
        }
    }
}

TEST_CASE("cancellation and overflow within a row do no harm") {
    const model trained = make_linear_model("squared", 4, {}, {largest, 1, -largest, largest});
    const predictor predict(trained);
    real score = 0;
    predict.scores(dense_row{.values = std::vector<real>{1, 3, 1}}, std::span(&score, 1));
    REQUIRE(score == 0.0F); // 3 is far below the last digit of the largest float in double, too
    predict.scores(dense_row{.values = std::vector<real>{largest, 0, largest, 1}}, std::span(&score, 1));
    REQUIRE(score == largest);
    predict.scores(dense_row{.values = std::vector<real>{-largest}}, std::span(&score, 1));
    REQUIRE(score == -largest);
}

TEST_CASE("rows with features that the model does not know are recognised") {
    const model trained = make_linear_model("squared", 3, {}, {1, 2, 3});
    const predictor predict(trained);
    const std::vector<real> values{1, 1, 1, 1};
    const auto covers = [&](std::vector<feature_index> indices) {
        return predict.covers(sparse_row{.indices = indices, .values = std::span(values).first(indices.size())});
    };
    REQUIRE(covers({}));
    REQUIRE(covers({0, 2}));
    REQUIRE_FALSE(covers({0, 3}));
    REQUIRE_FALSE(covers({max_index}));
    REQUIRE(predict.covers(dense_row{.values = std::span(values).first(3)}));
    REQUIRE(predict.covers(dense_row{.values = std::span(values).first(2)}));
    REQUIRE_FALSE(predict.covers(dense_row{.values = values}));
}

TEST_CASE("labels are the original ones") {
    const auto label_of = [](const model& trained, const std::vector<real>& scores) { return predictor(trained).label(scores); };
    for (const std::string objective : {"logistic", "hinge", "squared_hinge"}) {
        const model two = make_linear_model(objective, 1, {3, 8}, {1});
        REQUIRE(label_of(two, {0.1F}) == 8);
        REQUIRE(label_of(two, {-0.1F}) == 3);
        REQUIRE(label_of(two, {0.0F}) == 3);
        const model three = make_linear_model(objective, 1, {3, 8, -1}, {1, 1, 1});
        REQUIRE(label_of(three, {-3, -2, -1}) == -1);
        REQUIRE(label_of(three, {1, 5, 5}) == 8);
    }
    const model softmax = make_linear_model("softmax", 1, {3, 8}, {1, 1});
    REQUIRE(label_of(softmax, {2, 1}) == 3);
    REQUIRE(label_of(softmax, {1, 2}) == 8);
    const model regression = make_linear_model("huber", 1, {}, {1});
    REQUIRE(label_of(regression, {-2.5F}) == -2.5);
    REQUIRE_FALSE(predictor(regression).classifies());
}

TEST_CASE("probabilities agree with the textbook where that is accurate, and stay right where it is not") {
    const model logistic = make_linear_model("logistic", 1, {3, 8}, {1});
    const predictor sigmoid(logistic);
    for (const real score : {-5.0F, -0.3F, 0.0F, 1.0F, 8.0F}) {
        const auto probabilities = probabilities_of(sigmoid, {score});
        REQUIRE(probabilities[1] == Approx(1 / (1 + std::exp(-score))).epsilon(1e-6));
        REQUIRE(probabilities[0] + probabilities[1] == Approx(1).epsilon(1e-6));
    }
    // 1 - p would be 0
    REQUIRE(probabilities_of(sigmoid, {60})[0] == Approx(std::exp(-60.0)).epsilon(1e-6));
    REQUIRE(probabilities_of(sigmoid, {largest}) == std::vector<real>{0, 1});
    REQUIRE(probabilities_of(sigmoid, {-largest}) == std::vector<real>{1, 0});

    const model classes = make_linear_model("softmax", 1, {1, 2, 3}, {1, 1, 1});
    const predictor softmax(classes);
    const auto probabilities = probabilities_of(softmax, {1, 2, -0.5F});
    const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(-0.5);
    REQUIRE(probabilities[0] == Approx(std::exp(1.0) / sum).epsilon(1e-6));
    REQUIRE(probabilities[2] == Approx(std::exp(-0.5) / sum).epsilon(1e-6));
    REQUIRE(probabilities_of(softmax, {1000, 1000, -largest}) == std::vector<real>{0.5F, 0.5F, 0});
    REQUIRE(probabilities_of(softmax, {-largest, -largest, largest}) == std::vector<real>{0, 0, 1});

    const model rest = make_linear_model("logistic", 1, {1, 2, 3}, {1, 1, 1});
    const predictor one_against_rest(rest);
    const auto p = [](double score) { return 1 / (1 + std::exp(-score)); };
    REQUIRE(probabilities_of(one_against_rest, {1, -1, 0})[1] == Approx(p(-1) / (p(1) + p(-1) + p(0))).epsilon(1e-6));
    // all sigmoids are 0
    REQUIRE(probabilities_of(one_against_rest, {-largest, -largest, -largest})[2] == Approx(1.0 / 3));
    REQUIRE(probabilities_of(one_against_rest, {-2000, -2000.5F, -3000})[0] == Approx(1 / (1 + std::exp(-0.5))).epsilon(1e-6));
}

TEST_CASE("what cannot be predicted is a usage error") {
    for (const std::string objective : {"hinge", "squared_hinge"}) {
        const model trained = make_linear_model(objective, 1, {3, 8}, {1});
        const predictor predict(trained);
        REQUIRE_FALSE(predict.has_probabilities());
        REQUIRE_THROWS_AS(probabilities_of(predict, {1}), usage_error);
    }
    const model broken = make_linear_model("logistic", 2, {3, 8}, {1});
    REQUIRE_THROWS_AS(predictor(broken), usage_error);
}

TEST_CASE("a model's normalization is done to a row before it is scored") {
    model trained = make_linear_model("squared", 3, {}, {1, 10, 100}, {0.5F});
    trained.normalization = {.method = "standard", .shift = {1, 0, -2}, .factor = {2, 1, 0.5F}};
    const std::vector<real> values{3, 4, 0};
    const std::vector<feature_index> indices{0, 1};
    std::vector<real> scores(1);
    // (3 - 1) 2 = 4, 4, and (0 + 2) 0.5 = 1 although the last feature is zero
    const predictor standard(trained);
    standard.scores(dense_row{.values = values}, std::span(scores));
    REQUIRE(scores[0] == 4 + 40 + 100 + 0.5F);
    standard.scores(sparse_row{.indices = indices, .values = std::span(values).first(2)}, std::span(scores));
    REQUIRE(scores[0] == 4 + 40 + 100 + 0.5F);

    trained.normalization = {.method = "unit"};
    const predictor unit(trained);
    unit.scores(dense_row{.values = values}, std::span(scores));
    REQUIRE(scores[0] == 0.6F + 8 + 0.5F);
    unit.scores(sparse_row{.indices = indices, .values = std::span(values).first(2)}, std::span(scores));
    REQUIRE(scores[0] == 0.6F + 8 + 0.5F);
    const std::vector<real> changed{3, 4, 0};
    REQUIRE(values == changed); // the caller's row stays
}
