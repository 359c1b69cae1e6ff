// How often each feature occurs: which coordinates are hot.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

namespace peccary {

/// Rows in which each feature occurs, over some rows of a data set. Thread-safety: const after
/// construction.
class feature_frequency {
public:
    template <dataset_view Data>
    feature_frequency(const Data& data, std::span<const row_index> rows) : counts_(data.features()) {
        for (const row_index id : rows) {
            const auto row = data.row(id);
            for (std::size_t k = 0; k < row.size(); ++k) {
                ++counts_[row.index(k)];
            }
            nonzeros_ += row.size();
        }
    }

    std::size_t features() const noexcept { return counts_.size(); }
    std::uint64_t nonzeros() const noexcept { return nonzeros_; }
    std::uint32_t count(feature_index j) const noexcept { return counts_[j]; }

    /// The features, most frequent first; equal ones in the order of their numbers.
    std::vector<feature_index> by_frequency() const {
        std::vector<feature_index> order(counts_.size());
        std::iota(order.begin(), order.end(), feature_index{0});
        // Not std::stable_sort: that of libstdc++ 12 uses a function that clang 19 warns is
        // deprecated.
        std::ranges::sort(order,
                          [this](feature_index i, feature_index j) { return counts_[i] != counts_[j] ? counts_[i] > counts_[j] : i < j; });
        return order;
    }

    /// How many of the most frequent features together have at least `share` (0 to 1) of the
    /// nonzeros.
    std::size_t covering(double share) const {
        std::vector<std::uint32_t> counts = counts_;
        std::ranges::sort(counts, std::greater<>{});
        const double wanted = share * static_cast<double>(nonzeros_);
        double covered = 0;
        std::size_t features = 0;
        while (features < counts.size() && covered < wanted) {
            covered += counts[features++];
        }
        return features;
    }

private:
    std::vector<std::uint32_t> counts_;
    std::uint64_t nonzeros_ = 0;
};

} // namespace peccary
