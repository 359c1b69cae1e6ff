// A trained model: which objective it minimises, what it predicts from, and its parameters by name.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/normalizer.hpp"
#include "peccary/model/tensor.hpp"
#include "peccary/objective/activations.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/mlp.hpp"
#include "peccary/objective/outputs.hpp"
#include "peccary/objective/softmax.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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

/// The scores that a model with this objective and so many labels computes for a row. Two classes
/// share one, but for softmax.
constexpr std::size_t output_count(const loss_info& objective, std::size_t labels) noexcept {
    return !classifies(objective) || (labels == 2 && objective.target == target_kind::binary) ? 1 : labels;
}

/// Plain values; `problem_with` says whether they are consistent, and saving, loading and
/// predicting insist on it.
///
/// `labels` are the original label values. With one score for two classes, labels[0] is what the
/// objective sees as -1 and labels[1] as +1; else labels[c] belongs to column c of the weights
/// (with more than two classes, an objective other than softmax is one against the rest).
/// Regression has no labels.
struct model {
    std::string objective;
    std::size_t features = 0;
    std::vector<double> labels;
    /// linear: "weights" (features x outputs) and perhaps "bias" (outputs); mlp: for l = 1 ...
    /// "layer<l>.weights" (inputs x units) and "layer<l>.bias" (units)
    std::vector<tensor> arrays;
    std::map<std::string, std::string> metadata; ///< free: program version, settings, ...
    /// mlp: the name of the hidden layers'; else empty
    std::string activation = {};
    std::string output = {};       ///< mlp: its name; else empty
    normalizer normalization = {}; ///< what is done to a row before it is scored

    bool operator==(const model&) const = default;

    /// The array of that name, or null.
    const tensor* find(std::string_view name) const noexcept {
        const auto found = std::ranges::find(arrays, name, &tensor::name);
        return found == arrays.end() ? nullptr : &*found;
    }
};

/// The facts of a model's objective, those of a network with its output; nothing if there is no
/// such objective or output.
inline std::optional<loss_info> facts_of(const model& of) noexcept {
    std::optional<loss_info> facts;
    if (of.objective == mlp::info.name) {
        network_outputs::for_each([&](auto tag) {
            if (of.output == decltype(tag)::type::info.name) {
                facts = network_facts(decltype(tag)::type::info);
            }
        });
    } else if (const loss_info* const linear = find_linear_objective(of.objective); linear != nullptr) {
        facts = *linear;
    }
    return facts;
}

/// Assembles a model with a linear objective. `weights` are features x outputs, row-major; `bias`
/// has `outputs` entries or none.
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

/// The names of the arrays of layer `l`, counted from 1, of a network.
inline std::string layer_weights_name(std::size_t l) { return "layer" + std::to_string(l) + ".weights"; }
inline std::string layer_bias_name(std::size_t l) { return "layer" + std::to_string(l) + ".bias"; }

/// Assembles a model from a network and its parameters, which have the network's layout.
inline model make_network_model(const mlp& network, std::vector<double> labels, const parameters& trained) {
    model made{.objective = std::string(mlp::info.name),
               .features = network.features(),
               .labels = std::move(labels),
               .arrays = {},
               .metadata = {},
               .activation = std::string(network.activation().name),
               .output = std::string(network.output().name)};
    for (std::size_t l = 0; l < network.layers().size(); ++l) {
        const network_layer& at = network.layers()[l];
        const auto weights = trained.exclusive().subspan(at.weights_at, at.inputs * at.units);
        const auto bias = trained.exclusive().subspan(at.bias_at, at.units);
        made.arrays.push_back(
            {.name = layer_weights_name(l + 1), .shape = {at.inputs, at.units}, .values = {weights.begin(), weights.end()}});
        made.arrays.push_back({.name = layer_bias_name(l + 1), .shape = {at.units}, .values = {bias.begin(), bias.end()}});
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

namespace model_detail {

/// What is wrong with an array that should have the shape `expected`, or an empty string.
inline std::string problem_with_array(const tensor& array, const std::vector<std::uint64_t>& expected) {
    if (array.shape != expected) {
        return "the array '" + array.name + "' has " + shape_text(array.shape) + " and should have " + shape_text(expected);
    }
    // No extent is above 2^32, or else it is the number of labels in memory: the product fits into
    // 64 bits.
    std::uint64_t count = 1;
    for (const std::uint64_t extent : expected) {
        count *= extent;
    }
    if (array.values.size() != count) {
        return "the array '" + array.name + "' has " + std::to_string(array.values.size()) + " values and should have " +
               std::to_string(count);
    }
    if (!std::ranges::all_of(array.values, [](real value) { return is_finite(value); })) {
        return "a value in '" + array.name + "' that is not a finite number";
    }
    return {};
}

inline std::string problem_with_linear_arrays(const model& candidate, std::uint64_t outputs) {
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
        if (std::string problem = problem_with_array(array, expected); !problem.empty()) {
            return problem;
        }
    }
    return {};
}

/// Two arrays a layer; the units of one are the inputs of the next.
inline std::string problem_with_network_arrays(const model& candidate, std::uint64_t outputs) {
    const std::size_t layers = (std::max<std::size_t>)(1, candidate.arrays.size() / 2);
    std::uint64_t inputs = candidate.features;
    for (std::size_t l = 1; l <= layers; ++l) {
        const tensor* const weights = candidate.find(layer_weights_name(l));
        const tensor* const bias = candidate.find(layer_bias_name(l));
        if (weights == nullptr || bias == nullptr) {
            return "no array '" + (weights == nullptr ? layer_weights_name(l) : layer_bias_name(l)) + "'";
        }
        const std::uint64_t units = l == layers ? outputs : bias->values.size();
        if (units == 0 || units > std::uint64_t{max_index} + 1) {
            return std::to_string(units) + " units in layer " + std::to_string(l);
        }
        for (std::string problem : {problem_with_array(*weights, {inputs, units}), problem_with_array(*bias, {units})}) {
            if (!problem.empty()) {
                return problem;
            }
        }
        inputs = units;
    }
    return candidate.arrays.size() == 2 * layers ? std::string() : "an unexpected array '" + candidate.arrays.back().name + "'";
}

inline std::string problem_with_normalization(const normalizer& candidate, std::size_t features) {
    if (!candidate.active()) {
        return candidate == normalizer{} ? std::string() : "scales of features without a normalization";
    }
    bool known = false;
    std::size_t scales = 0;
    normalizations::for_each([&](auto tag) {
        constexpr normalization_info info = decltype(tag)::type::info;
        known = known || candidate.method == info.name;
        scales = candidate.method == info.name && info.learned ? features : scales;
    });
    if (!known) {
        return "unknown normalization '" + candidate.method + "'";
    }
    if (candidate.shift.size() != scales || candidate.factor.size() != scales) {
        return "scales of " + std::to_string(candidate.shift.size()) + " features for the normalization '" + candidate.method + "' of " +
               std::to_string(scales);
    }
    const auto finite = [](real value) { return is_finite(value); };
    return std::ranges::all_of(candidate.shift, finite) && std::ranges::all_of(candidate.factor, finite)
               ? std::string()
               : "a scale of a feature that is not a finite number";
}

} // namespace model_detail

/// What is inconsistent about a model, or an empty string. Linear in its size.
inline std::string problem_with(const model& candidate) {
    const bool network = candidate.objective == mlp::info.name;
    const std::optional<loss_info> objective = facts_of(candidate);
    if (!objective) {
        return network ? "unknown output '" + candidate.output + "'" : "unknown objective '" + candidate.objective + "'";
    }
    if (candidate.features > std::size_t{max_index} + 1) {
        return std::to_string(candidate.features) + " features, more than an index can count";
    }
    const auto& labels = candidate.labels;
    if (classifies(*objective) ? labels.size() < 2 : !labels.empty()) {
        return std::to_string(labels.size()) + " class labels for the objective '" + candidate.objective + "'";
    }
    if (network && objective->target == target_kind::binary && labels.size() != 2) {
        return std::to_string(labels.size()) + " class labels for the output '" + candidate.output + "'";
    }
    if (!std::ranges::all_of(labels, [](double label) { return is_finite(label); })) {
        return "a class label that is not a finite number";
    }
    auto sorted = labels;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
        return "the same class label twice";
    }
    bool known = !network && candidate.activation.empty();
    activations::for_each([&](auto tag) { known = known || (network && candidate.activation == decltype(tag)::type::info.name); });
    if (!known) {
        return network ? "unknown activation '" + candidate.activation + "'"
                       : "an activation, which the objective '" + candidate.objective + "' has not";
    }
    if (!network && !candidate.output.empty()) {
        return "an output, which the objective '" + candidate.objective + "' has not";
    }
    if (std::string problem = model_detail::problem_with_normalization(candidate.normalization, candidate.features); !problem.empty()) {
        return problem;
    }
    const std::uint64_t outputs = output_count(*objective, labels.size());
    return network ? model_detail::problem_with_network_arrays(candidate, outputs)
                   : model_detail::problem_with_linear_arrays(candidate, outputs);
}

} // namespace peccary
