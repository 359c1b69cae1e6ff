// Made-up sparse rows for benchmarks: a given length, features as frequent as a power law says,
// small integer values.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <tuple>
#include <vector>

namespace peccary::bench {

/// Draws features [0, features), feature j with a probability in proportion to (j + 1)^-exponent: 0
/// is uniform, so that workers seldom meet; 1 is Zipf's law, by which words in text have their
/// frequencies.
class power_law {
public:
    power_law(double exponent, std::size_t features)
        : exponent_(exponent), features_(static_cast<double>(features)), whole_(integral_to(features_)) {}

    feature_index draw(random_stream& random) const {
        // The inverse of the distribution function of the continuous law, which is
        // `integral_to(j) / whole_`.
        const double part = random.unit() * whole_;
        const double place = exponent_ == 1 ? std::expm1(part) : std::pow(1 + (1 - exponent_) * part, 1 / (1 - exponent_)) - 1;
        return static_cast<feature_index>(std::clamp(place, 0.0, features_ - 1));
    }

private:
    double integral_to(double place) const {
        return exponent_ == 1 ? std::log1p(place) : (std::pow(1 + place, 1 - exponent_) - 1) / (1 - exponent_);
    }

    double exponent_;
    double features_;
    double whole_;
};

/// `rows` rows of exactly `length` nonzeros each over `features` >= 2 * length features. The values
/// are 1 and 2, so that the sums of a check are integers, which float adds up exactly in any order
/// as long as they stay below 2^24.
class sparse_rows {
public:
    sparse_rows(double exponent, std::size_t rows, std::size_t length, std::size_t features) : length_(length), values_(length) {
        const power_law law(exponent, features);
        indices_.reserve(rows * length);
        random_stream random(1, 0, 0);
        std::vector<feature_index> row;
        for (std::size_t r = 0; r < rows; ++r) {
            row.clear();
            while (row.size() < length) {
                while (row.size() < length) {
                    row.push_back(law.draw(random));
                }
                std::ranges::sort(row);
                // clang 14 cannot do ranges::unique with libstdc++ 12
                row.erase(std::unique(row.begin(), row.end()), row.end());
            }
            indices_.insert(indices_.end(), row.begin(), row.end());
        }
        for (std::size_t k = 0; k < length; ++k) {
            values_[k] = static_cast<real>(1 + (k % 2));
        }
    }

    std::size_t size() const noexcept { return indices_.size() / length_; }
    sparse_row operator[](std::size_t r) const noexcept {
        return {.indices = std::span(indices_).subspan(r * length_, length_), .values = values_};
    }

private:
    std::size_t length_;
    std::vector<feature_index> indices_;
    std::vector<real> values_;
};

/// Rows of `nonzeros` nonzeros, made when they are first asked for and kept. Thread-safety: one
/// thread at a time.
inline const sparse_rows& kept_rows(double exponent, std::size_t nonzeros, std::size_t length, std::size_t features) {
    static std::map<std::tuple<double, std::size_t, std::size_t, std::size_t>, sparse_rows> kept;
    return kept.try_emplace({exponent, nonzeros, length, features}, exponent, nonzeros / length, length, features).first->second;
}

} // namespace peccary::bench
