// liblinear's format: round trips, hostile text, and agreement with liblinear's own programs where
// they are installed.
#include "catch.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/random.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/model/model_file.hpp"
#include "peccary/model/predict.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

using namespace peccary;

namespace {

std::vector<real> random_reals(std::size_t count, random_stream& random) {
    std::vector<real> values(count);
    for (auto& value : values) {
        value = static_cast<real>(random.unit() * 2 - 1);
    }
    return values;
}

/// Labels that liblinear allows, not in order.
std::vector<double> some_labels(std::size_t classes) {
    std::vector<double> labels{4, -1, 3, 0, 17};
    labels.resize(classes);
    return labels;
}

/// 200 rows of 30 features, some rows empty (all scores tie there if there is no bias), with the
/// labels of a hidden linear rule.
sparse_dataset sample_data(std::size_t classes) {
    constexpr std::size_t features = 30;
    random_stream random(classes, 1, 2);
    const auto rule = random_reals(features * 5, random);
    const auto labels = some_labels(classes);
    sparse_dataset data;
    data.columns = features;
    for (int row = 0; row < 200; ++row) {
        std::vector<double> scores(5, 0);
        for (feature_index j = 0; row % 20 != 7 && j < features; ++j) {
            if (random.below(3) == 0) {
                data.indices.push_back(j);
                data.values.push_back(static_cast<real>(random.unit() * 2 - 1));
                for (std::size_t c = 0; c < scores.size(); ++c) {
                    scores[c] += double{data.values.back()} * rule[j * 5 + c];
                }
            }
        }
        data.offsets.push_back(data.indices.size());
        const auto best = std::max_element(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(classes, 1)));
        data.labels.push_back(classes == 0 ? scores[0] : labels[static_cast<std::size_t>(best - scores.begin())]);
    }
    return data;
}

void write_libsvm(const sparse_dataset& data, const std::string& path) {
    std::string text;
    for (std::size_t row = 0; row < data.size(); ++row) {
        text += format_number(data.labels[row]);
        for (auto k = data.offsets[row]; k < data.offsets[row + 1]; ++k) {
            text.append(" ").append(std::to_string(data.indices[k] + 1)).append(":").append(format_number(data.values[k], 9));
        }
        text += "\n";
    }
    write_text(path, text);
}

bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

bool have_liblinear() {
    static const bool have = run("(command -v liblinear-train && command -v liblinear-predict)");
    if (!have) {
        WARN("skipped: liblinear-train and liblinear-predict (Debian: liblinear-tools) are not installed");
    }
    return have;
}

struct predictions {
    std::vector<double> labels;
    /// ours only: how far the highest score is above the next, or one score from 0
    std::vector<double> margins;
    std::vector<std::vector<double>> probabilities; ///< in the order of the model's labels
};

/// By Peccary.
predictions predict_all(const model& trained, const sparse_dataset& data) {
    const predictor predict(trained);
    const std::vector<real> targets(data.size());
    const auto rows = data.view(targets);
    predictions all;
    std::vector<real> scores_in_order;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        REQUIRE(predict.covers(rows.row(i)));
        std::vector<real> scores(predict.outputs());
        predict.scores(rows.row(i), scores);
        all.labels.push_back(predict.label(scores));
        std::ranges::sort(scores_in_order = scores, std::ranges::greater());
        all.margins.push_back(scores.size() == 1 ? std::abs(scores[0]) : scores_in_order[0] - scores_in_order[1]);
        if (predict.has_probabilities()) {
            std::vector<real> probabilities(predict.labels().size());
            predict.probabilities(scores, probabilities);
            all.probabilities.emplace_back(probabilities.begin(), probabilities.end());
        }
    }
    return all;
}

/// By `liblinear-predict`; `model_labels` to bring the probabilities into the model's order.
predictions predict_by_liblinear(const scratch_directory& here, const std::string& model_path, bool probabilities,
                                 const std::vector<double>& model_labels) {
    REQUIRE(run("liblinear-predict -b " + std::to_string(probabilities ? 1 : 0) + " " + (here / "data") + " " + model_path + " " +
                (here / "out")));
    predictions all;
    std::istringstream lines(read_text(here / "out"));
    std::string line;
    std::vector<std::size_t> places;
    if (probabilities) {
        std::getline(lines, line);
        std::istringstream words(line.substr(std::string("labels").size()));
        for (double label = 0; words >> label;) {
            places.push_back(static_cast<std::size_t>(std::ranges::find(model_labels, label) - model_labels.begin()));
        }
    }
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        double label = 0;
        words >> label;
        all.labels.push_back(label);
        if (probabilities) {
            std::vector<double> row(places.size());
            for (const std::size_t place : places) {
                words >> row.at(place);
            }
            all.probabilities.push_back(row);
        }
    }
    return all;
}

/// Labels may differ where the scores all but tie, since liblinear's weights have more digits;
/// where they tie exactly, they may not.
void require_equal(const predictions& ours, const predictions& theirs, bool classifies) {
    REQUIRE(ours.labels.size() == theirs.labels.size());
    for (std::size_t row = 0; row < ours.labels.size(); ++row) {
        INFO("row " << row);
        if (classifies) {
            const bool near_tie = ours.margins[row] > 0 && ours.margins[row] < 1e-6;
            REQUIRE((near_tie || ours.labels[row] == theirs.labels[row]));
        } else {
            REQUIRE(ours.labels[row] == Approx(theirs.labels[row]).epsilon(1e-4).margin(1e-5));
        }
    }
    for (std::size_t row = 0; row < theirs.probabilities.size(); ++row) {
        for (std::size_t c = 0; c < theirs.probabilities[row].size(); ++c) {
            REQUIRE(ours.probabilities[row][c] == Approx(theirs.probabilities[row][c]).epsilon(1e-4).margin(1e-5));
        }
    }
}

const std::string good_text = "solver_type L2R_LR\nnr_class 2\nlabel 2 -1\nnr_feature 3\nbias 1\nw\n0.5 \n-0.25 \n1e-3 \n2 \n";

std::string error_of(const std::string& text) {
    try {
        load_model(text, "FILE");
    } catch (const data_error& failure) {
        return failure.what();
    }
    return "loaded";
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
}

} // namespace

TEST_CASE("the text means what liblinear means by it") {
    const model binary = load_model(good_text, "FILE");
    REQUIRE(binary.objective == "logistic");
    REQUIRE(binary.features == 3);
    // liblinear's first label is the positive one
    REQUIRE(binary.labels == std::vector<double>{-1, 2});
    REQUIRE(binary.find("weights")->values == std::vector<real>{0.5F, -0.25F, 0.001F});
    REQUIRE(binary.find("bias")->values == std::vector<real>{2});
    REQUIRE(binary.metadata.at("liblinear_solver") == "L2R_LR");
    REQUIRE(load_model(replaced(good_text, "bias 1", "bias 0.5"), "FILE").find("bias")->values == std::vector<real>{1});
    const std::string three = "solver_type MCSVM_CS\r\nnr_class 3\r\nlabel 5 6 7\r\nnr_feature 1\r\nbias -1\r\nw\r\n1 2 3 \r\n\r\n";
    REQUIRE(load_model(three, "FILE").find("weights")->values == std::vector<real>{1, 2, 3});
    const std::string support_vectors = "solver_type L2R_L1LOSS_SVR_DUAL\nnr_class 2\nnr_feature 1\nbias -1\nw\n3";
    const model regression = load_model(support_vectors, "FILE");
    REQUIRE(regression.objective == "squared");
    REQUIRE(regression.labels.empty());
}

TEST_CASE("what is written is read again, to the last bit") {
    const scratch_directory here;
    const std::string path = here / "model";
    random_stream random(3, 1, 4);
    for (const auto& objective : linear_objectives) {
        for (const std::size_t classes : {2U, 3U, 5U}) {
            for (const bool with_bias : {false, true}) {
                const auto labels = classifies(objective) ? some_labels(classes) : std::vector<double>{};
                const std::size_t outputs = output_count(objective, labels.size());
                auto weights = random_reals(20 * outputs, random);
                weights[0] = std::numeric_limits<real>::denorm_min();
                weights[1] = -std::numeric_limits<real>::max() / 2;
                const model saved =
                    make_linear_model(std::string(objective.name), 20, labels, weights, random_reals(with_bias ? outputs : 0, random));
                save_liblinear(saved, path);
                model loaded = load_model(path);
                loaded.metadata.clear();
                INFO(read_text(path));
                if (saved.objective == "huber") {
                    REQUIRE(loaded.objective == "squared");
                    REQUIRE(loaded.arrays == saved.arrays);
                } else if (saved.objective == "softmax" && classes == 2) {
                    REQUIRE(loaded.objective == "logistic");
                    REQUIRE(loaded.labels == saved.labels);
                    const auto& single = loaded.find("weights")->values;
                    for (std::size_t j = 0; j < single.size(); ++j) {
                        REQUIRE(single[j] == static_cast<real>(double{weights[2 * j + 1]} - weights[2 * j]));
                    }
                } else {
                    REQUIRE(loaded == saved);
                }
            }
        }
    }
}

TEST_CASE("liblinear-predict agrees on models that Peccary writes") {
    if (!have_liblinear()) {
        return;
    }
    const scratch_directory here;
    random_stream random(2, 7, 1);
    for (const auto& objective : linear_objectives) {
        for (const std::size_t classes : {2U, 3U, 5U}) {
            for (const bool with_bias : {false, true}) {
                const sparse_dataset data = sample_data(classes);
                write_libsvm(data, here / "data");
                const auto labels = classifies(objective) ? some_labels(classes) : std::vector<double>{};
                const std::size_t outputs = output_count(objective, labels.size());
                const model saved =
                    make_linear_model(std::string(objective.name), data.columns, labels, random_reals(data.columns * outputs, random),
                                      random_reals(with_bias ? outputs : 0, random));
                save_liblinear(saved, here / "model");
                INFO(objective.name << ", " << classes << " classes, bias " << with_bias);
                const bool probabilities = objective.probabilities && (saved.objective == "logistic" || classes == 2);
                require_equal(predict_all(saved, data), predict_by_liblinear(here, here / "model", probabilities, labels),
                              classifies(objective));
            }
        }
    }
}

TEST_CASE("models that liblinear-train writes predict the same here") {
    if (!have_liblinear()) {
        return;
    }
    const scratch_directory here;
    for (const std::size_t classes : {0U, 2U, 3U, 5U}) {
        const sparse_dataset data = sample_data(classes);
        write_libsvm(data, here / "data");
        const auto solvers = classes == 0 ? std::vector<int>{11, 12, 13} : std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7};
        for (const int solver : solvers) {
            for (const std::string bias : {"-1", "1", "0.25"}) {
                INFO("-s " << solver << " -B " << bias << ", " << classes << " classes");
                REQUIRE(run("liblinear-train -q -s " + std::to_string(solver) + " -B " + bias + " " + (here / "data") + " " +
                            (here / "model")));
                const model trained = load_model(here / "model");
                REQUIRE((trained.find("bias") != nullptr) == (bias != "-1"));
                require_equal(predict_all(trained, data),
                              predict_by_liblinear(here, here / "model", trained.objective == "logistic", trained.labels), classes != 0);
            }
        }
    }
}

TEST_CASE("text that is no model is refused with its line") {
    REQUIRE(error_of(good_text) == "loaded");
    struct flaw {
        std::string what, by, message;
    };
    const std::vector<flaw> flaws{
        {"L2R_LR", "ONECLASS_SVM", "FILE:1: no use for a model of the solver 'ONECLASS_SVM'"},
        {"L2R_LR", "L2R_LR x", "FILE:1: the field 'solver_type' needs one value"},
        {"nr_class 2\n", "", "FILE:5: no field 'nr_class'"},
        {"nr_class 2", "nr_class 3", "FILE:3: 2 labels, which is not nr_class"},
        {"nr_class 2\nlabel 2 -1", "nr_class 1\nlabel 2", "FILE:3: a model of one class"},
        {"nr_class 2\nlabel 2 -1", "nr_class 0\nlabel", "FILE:3: a model of one class"},
        {"label 2 -1", "label 2 2", "FILE: the same class label twice"},
        {"label 2 -1", "label 2 -1.5", "FILE:3: a label that is not a whole number"},
        {"label 2 -1", "label 2 99999999999", "FILE:3: a label that is not a whole number"},
        {"label 2 -1\n", "", "FILE:5: no field 'label'"},
        {"label", "bias", "FILE:5: the field 'bias' twice"},
        {"label", "colour", "FILE:3: unknown field 'colour'"},
        {"nr_feature 3", "nr_feature -3", "FILE:4: the value of 'nr_feature' is not a number in range"},
        {"nr_feature 3", "nr_feature 4294967296", "FILE:4: the value of 'nr_feature' is not a number in range"},
        {"nr_feature 3", "nr_feature 4294967295", "FILE:6: the file is too short"},
        {"nr_feature 3", "nr_feature 4", "FILE:10: the file ends within the weights"},
        {"nr_feature 3", "nr_feature 2", "FILE:10: something after the last row"},
        {"bias 1", "bias nan", "FILE:5: the value of 'bias' is not a number in range"},
        {"bias 1", "bias", "FILE:5: the field 'bias' needs one value"},
        {"bias 1", "bias 1e39", "FILE:10: not 1 finite numbers"},
        {"-0.25", "-0.25x", "FILE:8: not 1 finite numbers"},
        {"-0.25", "", "FILE:8: not 1 finite numbers"},
        {"-0.25", "1 2", "FILE:8: more than 1 numbers"},
        {"-0.25", "inf", "FILE:8: not 1 finite numbers"},
        {"-0.25", "nan", "FILE:8: not 1 finite numbers"},
        {"-0.25", "3.5e38", "FILE:8: not 1 finite numbers"},
        {"w\n0.5", "0.5", "FILE:6: unknown field '0.5'"},
    };
    for (const auto& [what, by, message] : flaws) {
        const std::string complaint = error_of(replaced(good_text, what, by));
        INFO(complaint);
        REQUIRE(complaint.starts_with(message));
    }
}

TEST_CASE("text cut short at any byte is refused, or was cut within its last number") {
    for (std::size_t size = 0; size < good_text.find_last_of('2'); ++size) {
        INFO(size);
        REQUIRE(error_of(good_text.substr(0, size)).starts_with("FILE"));
    }
}

TEST_CASE("models that the format cannot hold are refused and write nothing") {
    const scratch_directory here;
    for (const auto& labels : {std::vector<double>{0.5, 1}, {0, 2147483648.0}}) {
        REQUIRE_THROWS_AS(save_liblinear(make_linear_model("hinge", 1, labels, {1}), here / "model"), usage_error);
    }
    REQUIRE_THROWS_AS(save_liblinear(make_linear_model("hinge", 2, {0, 1}, {1}), here / "model"), usage_error);
    REQUIRE(here.entries() == 0);
}
