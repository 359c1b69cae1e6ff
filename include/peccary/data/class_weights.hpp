// Weights per class, for data whose classes differ in size or importance, as weights per row.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/labels.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

struct class_weighting {
    enum class rule : std::uint8_t {
        none,
        /// n / (K n_c) for class c: every class has the same total weight, and the mean weight of a
        /// row is 1
        balanced,
        listed ///< as listed; 1 for classes that are not
    };
    struct entry {
        double label;
        double weight;
        bool operator==(const entry&) const = default;
    };

    rule kind = rule::none;
    std::vector<entry> list;

    /// "none", "balanced", or "label:weight,label:weight,...". Throws `usage_error` for anything
    /// else, a label given twice, and weights that are not positive and finite.
    static class_weighting parse(std::string_view text) {
        class_weighting result;
        if (text == "none") {
            return result;
        }
        if (text == "balanced") {
            result.kind = rule::balanced;
            return result;
        }
        result.kind = rule::listed;
        for (std::string_view rest = text;;) {
            const std::string_view item = rest.substr(0, rest.find(','));
            const std::size_t colon = item.find(':');
            const auto label = real_from_text(item.substr(0, colon));
            const auto weight = colon == std::string_view::npos ? std::nullopt : real_from_text(item.substr(colon + 1));
            if (!label || !weight || !(*weight > 0) || !fits_real(*weight)) {
                throw usage_error("class weights '" + std::string(text) + "': '" + std::string(item) +
                                  "' is not label:weight with a positive weight; give none, balanced, or a list such as -1:1,1:2.5");
            }
            for (const entry& known : result.list) {
                if (known.label == *label) {
                    throw usage_error("class weights '" + std::string(text) + "' give label " + label_text(*label) +
                                      " twice; give each label once");
                }
            }
            result.list.push_back({*label, *weight});
            if (item.size() == rest.size()) {
                return result;
            }
            rest.remove_prefix(item.size() + 1);
        }
    }

    bool operator==(const class_weighting&) const = default;
};

/// One weight per target, for rows that are trained on; empty (all ones) for `none`.
/// Throws `usage_error` for weights of a regression, and for listed labels that are no class.
inline std::vector<real> row_weights(const class_weighting& weighting, const label_encoding& encoding, std::span<const real> targets) {
    if (weighting.kind == class_weighting::rule::none) {
        return {};
    }
    if (encoding.kind() == target_kind::regression) {
        throw usage_error("class weights have no meaning for regression, whose labels are no classes; leave them out");
    }
    std::vector<double> weights(encoding.classes().size(), 1.0);
    if (weighting.kind == class_weighting::rule::balanced) {
        std::vector<std::size_t> counts(weights.size());
        for (const real target : targets) {
            ++counts[encoding.class_of_target(target)];
        }
        for (std::size_t c = 0; c < weights.size(); ++c) {
            // A class without rows weighs nothing, whatever its weight.
            weights[c] = counts[c] == 0
                             ? 1.0
                             : static_cast<double>(targets.size()) / (static_cast<double>(weights.size()) * static_cast<double>(counts[c]));
        }
    } else {
        for (const class_weighting::entry& item : weighting.list) {
            const std::optional<std::size_t> position = encoding.class_of_label(item.label);
            if (!position) {
                throw usage_error("class weights name label " + label_text(item.label) + ", which is none of the classes (" +
                                  encoding.listed_classes() + "); correct the list");
            }
            weights[*position] = item.weight;
        }
    }
    std::vector<real> result(targets.size());
    for (std::size_t row = 0; row < targets.size(); ++row) {
        result[row] = static_cast<real>(weights[encoding.class_of_target(targets[row])]);
    }
    return result;
}

} // namespace peccary
