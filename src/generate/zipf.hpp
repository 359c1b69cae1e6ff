// A sparse data set like text: features with Zipf-distributed frequencies, tf-idf-like values in
// rows of length one, and labels from a sparse linear model that is known.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/core/types.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace peccary::program {

/// Row i depends on (seed, i) alone, so that any part of a set can be made without the rest.
///
/// The feature of rank r (from 0) is drawn with a probability proportional to 1 / (r + 2.7), Zipf's
/// law with Mandelbrot's shift for English; ranks are scattered over the indices at random. A row
/// has `nonzeros` distinct features on average, from half to one and a half times as many. A value
/// is a term frequency (1, 2, ...) times the logarithm of the feature's rarity, and the row is
/// scaled to length one, in steps of 1/10,000. The truth's weights are about normal for a quarter
/// of the features of middling frequency and zero for all others: the eight most frequent, as stop
/// words say little, and the rarer three quarters. A label is the sign of the score, +1 or -1,
/// turned round with probability `noise`.
/// Thread-safety: const members from any thread.
class zipf_set {
public:
    /// Throws `usage_error` unless there are at least 16 features and four times as many as
    /// nonzeros a row, `nonzeros` is at least 2, and `noise` is from 0 to below 0.5.
    zipf_set(std::uint64_t features, std::uint64_t nonzeros, double noise, std::uint64_t seed);

    /// Appends row `row` as a line of LIBSVM text.
    void append_row(std::uint64_t row, std::string& text) const;

    /// The truth's weight of each feature.
    std::vector<real> truth() const;

private:
    struct entry {
        std::uint32_t rank;
        std::uint64_t value;
    };

    std::vector<entry> draw_entries(random_stream& random) const;
    std::uint32_t draw_rank(random_stream& random) const;

    std::uint64_t nonzeros_;
    double noise_;
    std::uint64_t seed_;
    std::vector<std::uint64_t> cumulative_;    ///< of the ranks' frequencies
    std::vector<std::uint32_t> rarity_;        ///< log2(1 / frequency) by rank, in units of 2^-16
    std::vector<feature_index> index_of_rank_; ///< a permutation
    std::vector<std::int32_t> weight_of_rank_; ///< in units of 2^-16
};

} // namespace peccary::program
