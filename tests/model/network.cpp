// A network as a model: what is saved comes back, predictions are the scores of the objective, and
// what is inconsistent is refused.
#include "catch.hpp"

#include "scratch_directory.hpp"
#include "support/made_data.hpp"

#include "peccary/model/liblinear_format.hpp"
#include "peccary/model/model_file.hpp"
#include "peccary/model/predict.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

using namespace peccary;

namespace {

struct trained_network {
    explicit trained_network(const std::string& activation = "tanh") : network(20, {7, 5}, 3, activation), values(network.layout()) {
        network.initialise(values, 3);
        values.exclusive(values.layout().find("layer2.bias"))[1] = 0.25F;
    }
    model as_model() const { return make_network_model(network, {2, 4, 8}, values); }

    mlp network;
    parameters values;
};

} // namespace

TEST_CASE("a predictor's scores of a network are those of the objective") {
    const auto sparse = test::make_sparse(target_kind::multiclass, 30, 20, 1);
    const auto dense = test::make_dense(target_kind::multiclass, 30, 20, 1);
    activations::for_each([&](auto tag) {
        CAPTURE(decltype(tag)::type::info.name);
        trained_network trained{std::string(decltype(tag)::type::info.name)};
        const model made = trained.as_model();
        const predictor predict(made);
        REQUIRE(predict.outputs() == 3);
        REQUIRE(predict.has_probabilities());
        std::vector<row_index> rows(30);
        std::iota(rows.begin(), rows.end(), row_index{0});
        exclusive access;
        const shared_view view(trained.values.base(), access);
        const auto check = [&](const auto& data) {
            auto scratch = trained.network.make_gradient(data, rows.size());
            const auto expected = trained.network.score(data, rows, view, scratch);
            std::vector<real> scores(3);
            for (const row_index row : rows) {
                predict.scores(data.row(row), scores);
                for (std::size_t c = 0; c < 3; ++c) {
                    REQUIRE(scores[c] == Approx(expected[row * 3 + c]).epsilon(1e-5).margin(1e-6));
                }
            }
        };
        check(sparse.view());
        check(dense.view());
    });
}

TEST_CASE("a network that was saved comes back") {
    const scratch_directory directory;
    const std::string path = directory / "network";
    const mlp regression(4, {3}, 0, "tanh", "squared");
    save(make_network_model(regression, {}, initial_parameters(regression, 1)), path);
    REQUIRE(load_model(path).output == "squared");
    const model made = trained_network("gelu").as_model();
    save(made, path);
    REQUIRE(load_model(path) == made);
    REQUIRE_THROWS_AS(save_liblinear(made, directory / "liblinear"), usage_error);
}

TEST_CASE("networks of one score predict a label and its probability, or a quantity") {
    const mlp sign(1, {}, 2, "relu", "logistic");
    parameters values(sign.layout());
    values.exclusive(values.layout().find("layer1.weights"))[0] = 2;
    std::vector<real> scores(1);
    const auto score_of_one = [&](const predictor& predict) {
        REQUIRE(predict.outputs() == 1);
        predict.scores(dense_row{.values = std::vector<real>{1}}, std::span(scores));
        REQUIRE(scores[0] == 2);
    };
    const model classifier = make_network_model(sign, {3, 7}, values);
    const predictor classify(classifier);
    score_of_one(classify);
    REQUIRE(classify.label(scores) == 7);
    std::vector<real> probabilities(2);
    classify.probabilities(scores, probabilities);
    REQUIRE(probabilities[1] == Approx(1 / (1 + std::exp(-2.0))));
    REQUIRE(probabilities[0] == Approx(1 / (1 + std::exp(2.0))));

    const model regression = make_network_model(mlp(1, {}, 0, "relu", "squared"), {}, values);
    const predictor predict(regression);
    score_of_one(predict);
    REQUIRE_FALSE(predict.classifies());
    REQUIRE(predict.label(scores) == 2);
    REQUIRE_FALSE(predict.has_probabilities());
    REQUIRE_THROWS_AS(predict.probabilities(scores, probabilities), usage_error);
}

TEST_CASE("a file of a network that names no output is of softmax, the only one there was") {
    const scratch_directory directory;
    const model made = trained_network().as_model();
    const std::string path = directory / "network";
    const std::vector<tensor_view> arrays(made.arrays.begin(), made.arrays.end());
    write_container(path, container_kind::model, {{"objective", "mlp"}, {"features", "20"}, {"labels", "2 4 8"}, {"activation", "tanh"}},
                    arrays);
    REQUIRE(load_model(path) == made);
    REQUIRE(made.output == "softmax");
}

TEST_CASE("a network that is not consistent is refused") {
    const model good = trained_network().as_model();
    REQUIRE(problem_with(good).empty());
    const auto refused = [&](const std::function<void(model&)>& spoil) {
        model bad = good;
        spoil(bad);
        return problem_with(bad);
    };
    REQUIRE(refused([](model& bad) { bad.activation = "step"; }) == "unknown activation 'step'");
    REQUIRE(refused([](model& bad) { bad.activation.clear(); }) == "unknown activation ''");
    REQUIRE(refused([](model& bad) { bad.output = "hinge"; }) == "unknown output 'hinge'");
    REQUIRE(refused([](model& bad) { bad.output.clear(); }) == "unknown output ''");
    REQUIRE(refused([](model& bad) { bad.output = "logistic"; }) == "3 class labels for the output 'logistic'");
    REQUIRE(refused([](model& bad) { bad.output = "squared"; }) == "3 class labels for the objective 'mlp'");
    REQUIRE(refused([](model& bad) {
                bad.output = "squared";
                bad.labels.clear();
            }) == "the array 'layer3.weights' has shape 5 x 3 and should have shape 5 x 1");
    REQUIRE(refused([](model& bad) { bad.arrays.clear(); }) == "no array 'layer1.weights'");
    REQUIRE(refused([](model& bad) { bad.arrays.pop_back(); }) == "the array 'layer2.weights' has shape 7 x 5 and should have shape 7 x 3");
    REQUIRE(refused([](model& bad) { bad.arrays[1].name = "bias"; }) == "no array 'layer1.bias'");
    REQUIRE(refused([](model& bad) { bad.arrays.push_back({.name = "more", .shape = {0}, .values = {}}); }) ==
            "an unexpected array 'more'");
    REQUIRE(refused([](model& bad) { bad.arrays[1].values.clear(); }) == "0 units in layer 1");
    REQUIRE(refused([](model& bad) {
                bad.arrays[2].shape = {5, 7};
            }) == "the array 'layer2.weights' has shape 5 x 7 and should have shape 7 x 5");
    REQUIRE(refused([](model& bad) { bad.arrays[2].values.pop_back(); }) == "the array 'layer2.weights' has 34 values and should have 35");
    REQUIRE(refused([](model& bad) { bad.arrays[0].values[3] = std::numeric_limits<real>::infinity(); }) ==
            "a value in 'layer1.weights' that is not a finite number");
    REQUIRE(refused([](model& bad) { bad.features = 21; }) == "the array 'layer1.weights' has shape 20 x 7 and should have shape 21 x 7");
    REQUIRE(refused([](model& bad) { bad.labels.push_back(9); }) ==
            "the array 'layer3.weights' has shape 5 x 3 and should have shape 5 x 4");
    model linear = make_linear_model("softmax", 2, {1, 2}, {1, 2, 3, 4});
    linear.activation = "relu";
    REQUIRE(problem_with(linear) == "an activation, which the objective 'softmax' has not");
    linear.activation.clear();
    linear.output = "softmax";
    REQUIRE(problem_with(linear) == "an output, which the objective 'softmax' has not");
}
