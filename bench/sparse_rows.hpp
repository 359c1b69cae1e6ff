// Made-up sparse rows for benchmarks: a given length, uniform or Zipf-distributed features, small integer values.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace peccary::bench {

/// How often features occur.
enum class distribution {
    uniform, ///< all alike: two workers seldom meet
    zipf,    ///< feature j with a probability in proportion to 1 / (j + 1), as words in text: every row has the hot ones
};

inline std::string_view name_of(distribution features) { return features == distribution::uniform ? "uniform" : "zipf"; }

/// `rows` rows of exactly `length` nonzeros each over `features` >= 2 * length features. The values are 1 and 2, so that the sums of
/// a check are integers, which float adds up exactly in any order as long as they stay below 2^24.
class sparse_rows {
public:
    sparse_rows(distribution shape, std::size_t rows, std::size_t length, std::size_t features) : length_(length), values_(length) {
        indices_.reserve(rows * length);
        random_stream random(1, 0, 0);
        std::vector<feature_index> row;
        for (std::size_t r = 0; r < rows; ++r) {
            row.clear();
            while (row.size() < length) {
                while (row.size() < length) {
                    row.push_back(draw(shape, features, random));
                }
                std::ranges::sort(row);
                row.erase(std::unique(row.begin(), row.end()), row.end()); // clang 14 cannot do ranges::unique with libstdc++ 12
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
    static feature_index draw(distribution shape, std::size_t features, random_stream& random) {
        if (shape == distribution::uniform) {
            return random.below(static_cast<std::uint32_t>(features));
        }
        // The inverse of the distribution function log(1 + j) / log(1 + features).
        const double place = std::expm1(random.unit() * std::log1p(static_cast<double>(features)));
        return static_cast<feature_index>(std::min(place, static_cast<double>(features - 1)));
    }

    std::size_t length_;
    std::vector<feature_index> indices_;
    std::vector<real> values_;
};

} // namespace peccary::bench
