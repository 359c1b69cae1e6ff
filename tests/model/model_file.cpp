// Model files: every kind of model comes back equal, and nothing inconsistent gets in or out.
#include "catch.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/random.hpp"
#include "peccary/model/model_file.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace peccary;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();

/// A valid model with parameters of all magnitudes.
model sample_model(const loss_info& objective, std::size_t features, std::size_t classes, bool with_bias) {
    random_stream random(features, classes, with_bias ? 1 : 0);
    const auto draw = [&](std::size_t count) {
        std::vector<real> values(count);
        for (auto& value : values) {
            value = static_cast<real>(std::ldexp(random.unit() - 0.5, static_cast<int>(random.below(200)) - 100));
        }
        return values;
    };
    std::vector<double> labels;
    for (std::size_t c = 0; classifies(objective) && c < classes; ++c) {
        labels.push_back(c == 0 ? -1.0 : static_cast<double>(c) + 0.1);
    }
    const std::size_t outputs = output_count(objective, labels.size());
    model made = make_linear_model(std::string(objective.name), features, labels, draw(features * outputs), draw(with_bias ? outputs : 0));
    made.metadata = {{"program", "peccary 0.1.0"}, {"settings", "--epochs 5\n--l2 1e-4"}, {"", ""}};
    return made;
}

model small_model() { return make_linear_model("softmax", 2, {1, 2, 3}, {1, 2, 3, 4, 5, 6}, {7, 8, 9}); }

std::string error_of_loading_file(const std::string& path) {
    try {
        load_model(path);
    } catch (const data_error& failure) {
        return failure.what();
    }
    return "loaded";
}

} // namespace

TEST_CASE("every model comes back equal") {
    const scratch_directory here;
    const std::string path = here / "model";
    for (const auto& objective : linear_objectives) {
        for (const std::size_t features : {0U, 1U, 7U, 1000U}) {
            for (const std::size_t classes : {2U, 3U, 10U}) {
                for (const bool with_bias : {false, true}) {
                    const model saved = sample_model(objective, features, classes, with_bias);
                    INFO(saved.objective << ", " << features << " features, " << classes << " classes");
                    REQUIRE(problem_with(saved).empty());
                    save(saved, path);
                    REQUIRE(load_model(path) == saved);
                    REQUIRE(load_model(read_text(path), "FILE") == saved);
                }
            }
        }
    }
}

TEST_CASE("labels of any size come back exactly") {
    const scratch_directory here;
    model saved = make_linear_model("logistic", 1, {0, 1}, {1});
    for (const auto& labels : {std::vector<double>{0.1, 1e308}, {-0.0, 4.9e-324}, {-1.0 / 3, 123456789012345678.0}}) {
        saved.labels = labels;
        save(saved, here / "model");
        REQUIRE(load_model(here / "model").labels == labels);
    }
}

TEST_CASE("an inconsistent model is not saved, nor loaded if somebody else did") {
    const scratch_directory here;
    const std::string path = here / "model";
    save(small_model(), path);
    const std::string good = read_text(path);
    struct spoiling {
        std::function<void(model&)> spoil;
        std::string complaint;
    };
    const std::vector<spoiling> spoilings{
        {[](model& m) { m.objective = "unheard of"; }, "unknown objective 'unheard of'"},
        {[](model& m) { m.objective = "squared"; }, "3 class labels for the objective 'squared'"},
        {[](model& m) { m.labels = {}; }, "0 class labels"},
        {[](model& m) { m.labels = {1}; }, "1 class labels"},
        {[](model& m) {
             m.labels = {1, 2};
         },
         "'weights' has shape 2 x 3 and should have shape 2 x 2"},
        {[](model& m) {
             m.labels = {1, 2, 1};
         },
         "the same class label twice"},
        {[](model& m) {
             m.labels = {0.0, 2, -0.0};
         },
         "the same class label twice"},
        {[](model& m) { m.labels[1] = std::nan(""); }, "a class label that is not a finite number"},
        {[](model& m) { m.labels[1] = HUGE_VAL; }, "a class label that is not a finite number"},
        {[](model& m) { m.features = 3; }, "'weights' has shape 2 x 3 and should have shape 3 x 3"},
        {[](model& m) { m.features = std::size_t{max_index} + 2; }, "more than an index can count"},
        {[](model& m) { m.arrays[0].values[5] = infinity; }, "a value in 'weights' that is not a finite number"},
        {[](model& m) { m.arrays[1].values[0] = std::nanf(""); }, "a value in 'bias' that is not a finite number"},
        {[](model& m) {
             m.arrays[1].shape = {1, 3};
         },
         "'bias' has shape 1 x 3 and should have shape 3"},
        {[](model& m) { m.arrays.erase(m.arrays.begin()); }, "no array 'weights'"},
        {[](model& m) { m.arrays.push_back(m.arrays[1]); }, "an unexpected array 'bias'"},
        {[](model& m) { m.arrays.push_back(m.arrays[0]); }, "an unexpected array 'weights'"},
        {[](model& m) { m.arrays[1].name = "other"; }, "an unexpected array 'other'"},
    };
    for (const auto& [spoil, complaint] : spoilings) {
        INFO(complaint);
        model spoilt = small_model();
        spoil(spoilt);
        REQUIRE_THROWS_WITH(save(spoilt, path), contains_text(path) && contains_text(complaint));
        REQUIRE(read_text(path) == good);

        std::string labels;
        for (const double label : spoilt.labels) {
            labels += format_number(label) + " ";
        }
        const text_fields fields{{"objective", spoilt.objective}, {"features", format_number(spoilt.features)}, {"labels", labels}};
        const std::string forged = here / "forged";
        write_container(forged, container_kind::model, fields, std::vector<tensor_view>(spoilt.arrays.begin(), spoilt.arrays.end()));
        REQUIRE(error_of_loading_file(forged).starts_with(forged + ": "));
        REQUIRE(error_of_loading_file(forged).find(complaint) != std::string::npos);
    }
    // the container's own invariant: only memory can have it wrong
    model wrong_count = small_model();
    wrong_count.arrays[0].values.pop_back();
    REQUIRE_THROWS_WITH(save(wrong_count, path), contains_text("'weights' has 5 values and should have 6"));
}

TEST_CASE("fields that a model does not have are refused") {
    const scratch_directory here;
    const std::string path = here / "forged";
    const std::vector<std::uint64_t> shape{1, 1};
    const std::vector<real> values{1};
    const std::vector<tensor_view> weights{{"weights", shape, values}};
    const auto complaint_about = [&](const text_fields& fields) {
        write_container(path, container_kind::model, fields, weights);
        return error_of_loading_file(path);
    };
    REQUIRE(complaint_about({{"objective", "squared"}, {"features", "1"}}) == "loaded");
    REQUIRE(complaint_about({{"objective", "squared"}}).find("no number of features") != std::string::npos);
    REQUIRE(complaint_about({{"features", "1"}}).find("unknown objective ''") != std::string::npos);
    for (const std::string features : {"", "-1", "1.5", "1 ", "99999999999999999999"}) {
        REQUIRE(complaint_about({{"objective", "squared"}, {"features", features}}).find("not a number") != std::string::npos);
    }
    REQUIRE(complaint_about({{"objective", "logistic"}, {"features", "1"}, {"labels", "1 two"}}).find("label") != std::string::npos);
    REQUIRE(complaint_about({{"objective", "squared"}, {"features", "1"}, {"other", ""}}).find("unknown field 'other'") !=
            std::string::npos);
}

TEST_CASE("what is no model is called so") {
    const scratch_directory here;
    const std::string path = here / "file";
    for (const std::string content : {"", "1 3:4 5:6\n", "\x89PECC", "PECCARY", "solver"}) {
        write_text(path, content);
        REQUIRE(
            error_of_loading_file(path).starts_with(path + ": " + (content.empty() ? "an empty file" : "neither a model of Peccary's")));
    }
    REQUIRE_THROWS_AS(load_model(here / "absent"), io_error);
}

TEST_CASE("a model file cut short or changed anywhere is refused") {
    const scratch_directory here;
    save(small_model(), here / "model");
    const std::string bytes = read_text(here / "model");
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        INFO("byte " << at);
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(~flipped[at]);
        REQUIRE_THROWS_AS(load_model(bytes.substr(0, at), "FILE"), data_error);
        REQUIRE_THROWS_AS(load_model(flipped, "FILE"), data_error);
    }
}

TEST_CASE("a normalization comes back equal, and one that does not fit is refused") {
    const scratch_directory here;
    const std::string path = here / "model";
    model saved = small_model();
    for (const normalizer& how : {normalizer{.method = "unit"}, normalizer{.method = "standard", .shift = {1, -2.5F}, .factor = {0.1F, 3}},
                                  normalizer{.method = "minmax", .shift = {0, 0}, .factor = {1, 1}}}) {
        saved.normalization = how;
        save(saved, path);
        REQUIRE(load_model(path) == saved);
        REQUIRE_THROWS_WITH(save_liblinear(saved, path), contains_text("has no place for the normalization '" + how.method + "'"));
    }
    const auto complaint = [&](const normalizer& how) {
        model spoilt = small_model();
        spoilt.normalization = how;
        return problem_with(spoilt);
    };
    CHECK(complaint({}).empty());
    CHECK(complaint({.method = "log"}) == "unknown normalization 'log'");
    CHECK_THAT(complaint({.method = "standard"}), contains_text("scales of 0 features for the normalization 'standard' of 2"));
    CHECK_THAT(complaint({.method = "minmax", .shift = {1, 2}, .factor = {1}}), contains_text("scales of 2 features"));
    CHECK_THAT(complaint({.method = "unit", .shift = {1, 2}, .factor = {1, 2}}), contains_text("scales of 2 features"));
    CHECK_THAT(complaint({.method = "none", .shift = {1, 2}, .factor = {1, 2}}), contains_text("without a normalization"));
    CHECK_THAT(complaint({.method = "standard", .shift = {1, infinity}, .factor = {1, 1}}), contains_text("not a finite number"));
}
