// Brings features to one scale: learned on the training rows, and applied to them and to all that
// is evaluated or predicted later.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

/// What is known of one feature: over the training rows.
struct feature_summary {
    double mean = 0;
    double deviation = 0; ///< standard deviation, of the rows as the whole population
    double least = 0;
    double greatest = 0;
};

struct normalization_info {
    std::string_view name;
    std::string_view summary;
    bool learned; ///< per feature, x -> (x - shift) / width; else it is a function of the row alone
};

/// Where a feature is moved to: x -> (x - shift) / width.
struct feature_scale {
    double shift = 0;
    double width = 1;
};

struct unit_rows {
    static constexpr normalization_info info{
        .name = "unit", .summary = "each row divided by its Euclidean norm; rows of zeros stay", .learned = false};
};

struct standard_features {
    static constexpr normalization_info info{
        .name = "standard", .summary = "each feature less its mean, divided by its standard deviation", .learned = true};
    static feature_scale of(const feature_summary& feature) noexcept { return {.shift = feature.mean, .width = feature.deviation}; }
};

struct unit_range_features {
    static constexpr normalization_info info{
        .name = "minmax", .summary = "each feature's least value moved to 0, its greatest to 1", .learned = true};
    static feature_scale of(const feature_summary& feature) noexcept {
        return {.shift = feature.least, .width = feature.greatest - feature.least};
    }
};

using normalizations = type_list<unit_rows, standard_features, unit_range_features>;

/// Plain values, a part of a model: the name of a normalization, or "none", and what was learned
/// for it.
/// Thread-safety: const members from any thread.
struct normalizer {
    std::string method = "none";
    std::vector<real> shift = {};  ///< features entries if the method learns; else none
    std::vector<real> factor = {}; ///< the same: 1 / width

    bool operator==(const normalizer&) const = default;

    bool active() const noexcept { return method != "none"; }
    bool learned() const noexcept { return !shift.empty(); }

    /// In place. `values` are all features of a row, or, if nothing was learned, those that are not
    /// zero.
    void apply(std::span<real> values) const noexcept {
        if (learned()) {
            for (std::size_t j = 0; j < values.size(); ++j) {
                values[j] = (values[j] - shift[j]) * factor[j];
            }
        } else if (active()) {
            double squares = 0;
            for (const real value : values) {
                squares += static_cast<double>(value) * static_cast<double>(value);
            }
            const double norm = std::sqrt(squares);
            for (real& value : values) {
                value = norm > 0 ? static_cast<real>(static_cast<double>(value) / norm) : value;
            }
        }
    }

    void apply(dense_dataset& data) const noexcept {
        for (std::size_t row = 0; row < data.size(); ++row) {
            apply(std::span(data.values).subspan(row * data.columns, data.columns));
        }
    }

    /// Not for what was learned.
    void apply(sparse_dataset& data) const noexcept {
        for (std::size_t row = 0; row < data.size(); ++row) {
            apply(std::span(data.values).subspan(data.offsets[row], data.offsets[row + 1] - data.offsets[row]));
        }
    }
};

namespace normalizer_detail {

/// Two passes over the rows, in double: the deviation is that from a mean that is known.
inline std::vector<feature_summary> summarise(const dense_view& data, std::span<const row_index> rows) {
    std::vector<feature_summary> features(
        data.columns, feature_summary{.mean = 0, .deviation = 0, .least = double_infinity, .greatest = -double_infinity});
    const auto for_each_value = [&](auto use) {
        for (const row_index row : rows) {
            const dense_row values = data.row(row);
            for (std::size_t j = 0; j < features.size(); ++j) {
                use(features[j], static_cast<double>(values.value(j)));
            }
        }
    };
    for_each_value([](feature_summary& feature, double value) {
        feature.mean += value;
        feature.least = (std::min)(feature.least, value);
        feature.greatest = (std::max)(feature.greatest, value);
    });
    const auto count = static_cast<double>(rows.size());
    for (feature_summary& feature : features) {
        feature.mean /= count;
    }
    for_each_value([](feature_summary& feature, double value) { feature.deviation += (value - feature.mean) * (value - feature.mean); });
    for (feature_summary& feature : features) {
        feature.deviation = std::sqrt(feature.deviation / count);
    }
    return features;
}

} // namespace normalizer_detail

/// The facts of a normalization. Throws `usage_error` for an unknown one.
inline normalization_info normalization_named(std::string_view method) {
    normalization_info found{};
    with_named<normalizations>("normalization", method, [&](auto tag) { found = decltype(tag)::type::info; });
    return found;
}

/// Learns from the given rows (not empty) of `data`. A feature that is constant there is moved to
/// zero only. Throws `usage_error` for an unknown method.
inline normalizer learn_normalizer(std::string_view method, const dense_view& data, std::span<const row_index> rows) {
    normalizer made{.method = std::string(method)};
    if (!made.active()) {
        return made;
    }
    with_named<normalizations>("normalization", method, [&](auto tag) {
        using named = typename decltype(tag)::type;
        if constexpr (named::info.learned) {
            for (const feature_summary& feature : normalizer_detail::summarise(data, rows)) {
                const feature_scale scale = named::of(feature);
                // 1 / width is a float
                constexpr auto least_width = static_cast<double>((std::numeric_limits<real>::min)());
                made.shift.push_back(static_cast<real>(scale.shift));
                made.factor.push_back(scale.width >= least_width ? static_cast<real>(1 / scale.width) : real{1});
            }
        }
    });
    return made;
}

/// The same for sparse rows, of which nothing can be learned: throws `usage_error` for a method
/// that moves zeros, since they would fill all rows.
inline normalizer learn_normalizer(std::string_view method, const sparse_view& /*data*/, std::span<const row_index> /*rows*/) {
    if (method != normalizer{}.method && normalization_named(method).learned) {
        throw usage_error("the normalization '" + std::string(method) +
                          "' moves zeros, which would fill sparse rows; choose 'unit', or give the data as CSV, IDX or .npy");
    }
    return {.method = std::string(method)};
}

} // namespace peccary
