// A trained model: which objective it minimises, what it predicts from, and its parameters by name.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/model/tensor.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// The facts of all objectives whose scores are linear, s = x W + b: those that a model can have.
inline constexpr auto linear_objectives = [] {
    std::array<loss_info, losses::size + 1> facts{};
    std::size_t count = 0;
    losses::for_each([&](auto tag) { facts[count++] = decltype(tag)::type::info; });
    facts[count] = softmax::info;
    return facts;
}();

/// The entry of that name, or null.
constexpr const loss_info* find_linear_objective(std::string_view name) noexcept {
    const auto found = std::ranges::find(linear_objectives, name, &loss_info::name);
    return found == linear_objectives.end() ? nullptr : &*found;
}

/// False for regression, where the score is the prediction.
constexpr bool classifies(const loss_info& objective) noexcept { return objective.target != target_kind::regression; }

/// The scores that a model with this objective and so many labels computes for a row. Two classes share one, but for softmax.
constexpr std::size_t output_count(const loss_info& objective, std::size_t labels) noexcept {
    return !classifies(objective) || (labels == 2 && objective.target == target_kind::binary) ? 1 : labels;
}

/// Plain values; `problem_with` says whether they are consistent, and saving, loading and predicting insist on it.
///
/// `labels` are the original label values. With one score for two classes, labels[0] is what the objective sees as -1 and labels[1] as +1;
/// else labels[c] belongs to column c of the weights (with more than two classes, an objective other than softmax is one against the rest).
/// Regression has no labels.
struct model {
    std::string objective;
    std::size_t features = 0;
    std::vector<double> labels;
    std::vector<tensor> arrays;                  ///< linear: "weights" (features x outputs) and perhaps "bias" (outputs)
    std::map<std::string, std::string> metadata; ///< free: program version, settings, ...

    bool operator==(const model&) const = default;

    /// The array of that name, or null.
    const tensor* find(std::string_view name) const noexcept {
        const auto found = std::ranges::find(arrays, name, &tensor::name);
        return found == arrays.end() ? nullptr : &*found;
    }
};

/// Assembles a model with a linear objective. `weights` are features x outputs, row-major; `bias` has `outputs` entries or none.
inline model make_linear_model(std::string objective, std::size_t features, std::vector<double> labels, std::vector<real> weights,
                               std::vector<real> bias = {}) {
    const loss_info* const facts = find_linear_objective(objective);
    const std::uint64_t outputs = facts == nullptr ? 1 : output_count(*facts, labels.size());
    model made{.objective = std::move(objective), .features = features, .labels = std::move(labels), .arrays = {}, .metadata = {}};
    made.arrays.push_back({.name = "weights", .shape = {features, outputs}, .values = std::move(weights)});
    if (!bias.empty()) {
        made.arrays.push_back({.name = "bias", .shape = {outputs}, .values = std::move(bias)});
    }
    return made;
}

/// "shape 3 x 2" for messages.
inline std::string shape_text(const std::vector<std::uint64_t>& shape) {
    std::string text = "shape";
    for (std::size_t dimension = 0; dimension < shape.size(); ++dimension) {
        text += (dimension == 0 ? " " : " x ") + std::to_string(shape[dimension]);
    }
    return text;
}

/// What is inconsistent about a model, or an empty string. Linear in its size.
inline std::string problem_with(const model& candidate) {
    const loss_info* const objective = find_linear_objective(candidate.objective);
    if (objective == nullptr) {
        return "unknown objective '" + candidate.objective + "'";
    }
    if (candidate.features > std::size_t{max_index} + 1) {
        return std::to_string(candidate.features) + " features, more than an index can count";
    }
    const auto& labels = candidate.labels;
    if (classifies(*objective) ? labels.size() < 2 : !labels.empty()) {
        return std::to_string(labels.size()) + " class labels for the objective '" + candidate.objective + "'";
    }
    if (!std::ranges::all_of(labels, [](double label) { return std::isfinite(label); })) {
        return "a class label that is not a finite number";
    }
    auto sorted = labels;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
        return "the same class label twice";
    }
    const std::uint64_t outputs = output_count(*objective, labels.size());
    if (candidate.find("weights") == nullptr) {
        return "no array 'weights'";
    }
    bool has_bias = false;
    for (const auto& array : candidate.arrays) {
        const bool is_bias = array.name == "bias" && !has_bias;
        if (!is_bias && &array != candidate.find("weights")) {
            return "an unexpected array '" + array.name + "'";
        }
        has_bias = has_bias || is_bias;
        const auto expected = is_bias ? std::vector{outputs} : std::vector<std::uint64_t>{candidate.features, outputs};
        if (array.shape != expected) {
            return "the array '" + array.name + "' has " + shape_text(array.shape) + " and should have " + shape_text(expected);
        }
        // At most 2^32 features, and as many outputs as there are labels in memory: the product fits into 64 bits.
        const std::uint64_t count = is_bias ? outputs : candidate.features * outputs;
        if (array.values.size() != count) {
            return "the array '" + array.name + "' has " + std::to_string(array.values.size()) + " values and should have " +
                   std::to_string(count);
        }
        if (!std::ranges::all_of(array.values, [](real value) { return std::isfinite(value); })) {
            return "a value in '" + array.name + "' that is not a finite number";
        }
    }
    return {};
}

} // namespace peccary
