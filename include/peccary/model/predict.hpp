// What a model says about a row: scores, the predicted label, and probabilities.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"
#include "peccary/model/model.hpp"
#include "peccary/objective/loss/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace peccary {

/// A reading view of a model, which must outlive it unchanged. Looks the arrays up once, so that a
/// row costs its arithmetic only.
/// Thread-safety: all members may be called from any number of threads.
class predictor {
public:
    /// Throws `usage_error` when the model is not valid.
    explicit predictor(const model& trained) : labels_(trained.labels), normalization_(&trained.normalization) {
        if (const std::string problem = problem_with(trained); !problem.empty()) {
            throw usage_error("cannot predict from a model with " + problem);
        }
        objective_ = *facts_of(trained);
        features_ = trained.features;
        if (trained.objective == mlp::info.name) {
            add_layers(trained);
            return;
        }
        weights_ = trained.find("weights")->values;
        if (const tensor* const bias = trained.find("bias"); bias != nullptr) {
            bias_ = bias->values;
        }
    }

    predictor(model&&) = delete; // it would dangle

    /// Scores a row.
    std::size_t outputs() const noexcept { return output_count(objective_, labels_.size()); }
    bool classifies() const noexcept { return peccary::classifies(objective_); }

    /// The classes in the order of `probabilities`; empty for regression.
    std::span<const double> labels() const noexcept { return labels_; }

    /// Whether the model knows all of the row's features. If not, the row is not to be scored; what
    /// to tell the user is the caller's affair.
    bool covers(const sparse_row& row) const noexcept { return row.indices.empty() || row.indices.back() < features_; }
    bool covers(const dense_row& row) const noexcept { return row.size() <= features_; }

    /// The model's normalization comes first; for that, this allocates.
    /// Linear: scores_c = sum over the support of value_j W_jc, plus bias_c. A network: its last
    /// layer's sums (docs/mlp.md), for which it allocates. `scores` has `outputs()` entries, and
    /// `covers(row)` holds. Summed in double, since with float the order of a long row's features
    /// would show; beyond float's range the largest float stands in.
    template <row_view Row>
    void scores(const Row& row, std::span<real> scores) const {
        if (!normalization_->active()) {
            normalized_scores(row, scores);
            return;
        }
        if (normalization_->learned()) { // which may move what is zero, and so takes all features
            std::vector<real> values(features_);
            for (std::size_t k = 0; k < row.size(); ++k) {
                values[row.index(k)] = row.value(k);
            }
            normalization_->apply(std::span(values));
            normalized_scores(dense_row{.values = values}, scores);
            return;
        }
        std::vector<feature_index> indices(row.size());
        std::vector<real> values(row.size());
        for (std::size_t k = 0; k < row.size(); ++k) {
            indices[k] = row.index(k);
            values[k] = row.value(k);
        }
        normalization_->apply(std::span(values));
        normalized_scores(sparse_row{.indices = indices, .values = values}, scores);
    }

    /// The original label of the class that the scores favour, or for regression the score itself.
    /// With one score for two classes zero is the negative class; of equal highest scores the first
    /// wins.
    double label(std::span<const real> scores) const noexcept {
        if (!classifies()) {
            return static_cast<double>(scores[0]);
        }
        if (scores.size() == 1) {
            return labels_[scores[0] > 0 ? 1 : 0];
        }
        return labels_[static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin())];
    }

    bool has_probabilities() const noexcept { return objective_.probabilities; }

    /// The probability of each class, in the order of `labels()`; `probabilities` has as many
    /// entries and may not overlap `scores`.
    /// Softmax: exp(s_c) / sum exp(s). Logistic: 1 / (1 + exp(-s)), with more than two classes one
    /// for each, divided by their sum (as liblinear does). Neither overflows or divides by zero,
    /// whatever the scores. Throws `usage_error` unless `has_probabilities()`.
    void probabilities(std::span<const real> scores, std::span<real> probabilities) const {
        if (!has_probabilities()) {
            throw usage_error("the objective '" + std::string(objective_.name) +
                              "' has no probabilities here; ask for labels or scores, or train with 'logistic', 'softmax', or an 'mlp' of "
                              "such an output");
        }
        if (scores.size() == 1) {
            // not 1 - p, which loses a small one
            probabilities[0] = static_cast<real>(std::exp(log_sigmoid(-static_cast<double>(scores[0]))));
            probabilities[1] = static_cast<real>(std::exp(log_sigmoid(static_cast<double>(scores[0]))));
            return;
        }
        // Both links as logarithms: the largest becomes exp(0), so that the sum is at least 1.
        const bool one_against_rest = objective_.target == target_kind::binary;
        const auto log_weight = [&](real score) {
            return one_against_rest ? log_sigmoid(static_cast<double>(score)) : static_cast<double>(score);
        };
        const double largest = log_weight((std::ranges::max)(scores));
        double sum = 0;
        for (const real score : scores) {
            sum += std::exp(log_weight(score) - largest);
        }
        for (std::size_t c = 0; c < scores.size(); ++c) {
            probabilities[c] = static_cast<real>(std::exp(log_weight(scores[c]) - largest) / sum);
        }
    }

private:
    template <row_view Row>
    void normalized_scores(const Row& row, std::span<real> scores) const {
        if (!layers_.empty()) {
            network_scores(row, scores);
        } else {
            linear_scores(row, scores);
        }
    }

    template <row_view Row>
    void linear_scores(const Row& row, std::span<real> scores) const {
        // the sums stay on the stack, whatever the number of classes
        constexpr std::size_t tile_size = 32;
        std::array<double, tile_size> sums;
        for (std::size_t first = 0; first < scores.size(); first += tile_size) {
            const std::size_t size = (std::min)(tile_size, scores.size() - first);
            for (std::size_t c = 0; c < size; ++c) {
                sums[c] = bias_.empty() ? 0.0 : static_cast<double>(bias_[first + c]);
            }
            for (std::size_t k = 0; k < row.size(); ++k) {
                const real* const weights = weights_.data() + (row.index(k) * scores.size()) + first;
                for (std::size_t c = 0; c < size; ++c) {
                    sums[c] += static_cast<double>(row.value(k)) * static_cast<double>(weights[c]);
                }
            }
            for (std::size_t c = 0; c < size; ++c) {
                scores[first + c] = bounded(sums[c]);
            }
        }
    }

    struct layer {
        std::span<const real> weights; ///< inputs x units, row-major
        std::span<const real> bias;    ///< units
    };

    void add_layers(const model& trained) {
        for (std::size_t l = 1; 2 * l <= trained.arrays.size(); ++l) {
            layers_.push_back({.weights = trained.find(layer_weights_name(l))->values, .bias = trained.find(layer_bias_name(l))->values});
        }
        with_named<activations>("activation", trained.activation, [this](auto tag) {
            apply_activation_ = [](std::span<const real> sums, std::span<real> applied) { decltype(tag)::type::apply(sums, applied); };
        });
    }

    template <row_view Row>
    void network_scores(const Row& row, std::span<real> scores) const {
        std::vector<double> sums;
        std::vector<real> inputs;
        std::vector<real> outputs;
        for (const layer& at : layers_) {
            const std::size_t units = at.bias.size();
            sums.assign(at.bias.begin(), at.bias.end());
            const auto add = [&](std::size_t input, real value) {
                const real* const weights = at.weights.data() + (input * units);
                for (std::size_t u = 0; u < units; ++u) {
                    sums[u] += static_cast<double>(value) * static_cast<double>(weights[u]);
                }
            };
            if (&at == &layers_.front()) {
                for (std::size_t k = 0; k < row.size(); ++k) {
                    add(row.index(k), row.value(k));
                }
            } else {
                for (std::size_t input = 0; input < inputs.size(); ++input) {
                    add(input, inputs[input]);
                }
            }
            outputs.resize(units);
            std::ranges::transform(sums, outputs.begin(), bounded);
            inputs.resize(units);
            if (&at != &layers_.back()) {
                apply_activation_(outputs, inputs);
            }
        }
        std::ranges::copy(outputs, scores.begin());
    }

    static real bounded(double sum) noexcept {
        constexpr auto largest = static_cast<double>((std::numeric_limits<real>::max)());
        return static_cast<real>(std::clamp(sum, -largest, largest));
    }

    /// log(1 / (1 + exp(-score))), by the form that does not overflow on either side.
    static double log_sigmoid(double score) noexcept { return (std::min)(score, 0.0) - std::log1p(std::exp(-std::abs(score))); }

    std::span<const double> labels_;
    std::span<const real> weights_;
    std::span<const real> bias_;
    std::vector<layer> layers_; ///< of a network; else none
    void (*apply_activation_)(std::span<const real>, std::span<real>) = nullptr;
    loss_info objective_{};
    const normalizer* normalization_;
    std::size_t features_ = 0;
};

} // namespace peccary
