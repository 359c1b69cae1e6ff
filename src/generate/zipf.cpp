#include "generate/zipf.hpp"

#include "generate/fixed_point.hpp"
#include "peccary/core/error.hpp"
#include "peccary/data/visiting_order.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <numeric>
#include <span>

namespace peccary::program {

namespace {

// Random streams: one for the set as a whole, and one per row.
constexpr std::uint64_t set_stream = 0x7A69'7066U; // "zipf"
constexpr std::uint64_t row_stream = 0x726F'7773U; // "rows"
constexpr std::uint64_t frequency_scale = std::uint64_t{1} << 40U;
constexpr std::size_t stop_words = 8;
/// the rarer features are those beyond the first 1/4 of the ranks
constexpr std::size_t rare_from = 4;
constexpr std::int64_t one = std::int64_t{1} << 16U;

/// About normal with variance 1, in units of 2^-16: the sum of twelve uniform numbers less six.
std::int32_t draw_normal(random_stream& random) {
    std::int64_t sum = -6 * one;
    for (int i = 0; i < 12; ++i) {
        sum += static_cast<std::int64_t>(random() >> 48U);
    }
    return static_cast<std::int32_t>(sum);
}

} // namespace

zipf_set::zipf_set(std::uint64_t features, std::uint64_t nonzeros, double noise, std::uint64_t seed)
    : nonzeros_(nonzeros), noise_(noise), seed_(seed) {
    if (nonzeros < 2) {
        throw usage_error("--nonzeros must be at least 2");
    }
    if (features < 16 || features / 4 < nonzeros || features > (std::uint64_t{1} << 28U)) {
        throw usage_error("--features must be from 16 to 2^28 and at least four times --nonzeros");
    }
    if (!(noise >= 0 && noise < 0.5)) {
        throw usage_error("--noise must be from 0 to below 0.5");
    }
    random_stream random(seed, set_stream, 0);
    std::uint64_t total = 0;
    for (std::uint64_t rank = 0; rank < features; ++rank) {
        total += 10 * frequency_scale / (10 * rank + 27);
        cumulative_.push_back(total);
    }
    const std::uint32_t log_total = log2_fixed(total);
    for (std::size_t rank = 0; rank < features; ++rank) {
        const std::uint64_t frequency = cumulative_[rank] - (rank == 0 ? 0 : cumulative_[rank - 1]);
        rarity_.push_back(log_total - log2_fixed(frequency));
        const bool speaks = random.below(4) == 0;
        const std::int32_t weight = draw_normal(random);
        weight_of_rank_.push_back(speaks && rank >= stop_words && rank < features / rare_from ? weight : 0);
    }
    index_of_rank_.resize(features);
    std::iota(index_of_rank_.begin(), index_of_rank_.end(), feature_index{0});
    shuffle(std::span(index_of_rank_), random);
}

std::uint32_t zipf_set::draw_rank(random_stream& random) const {
    // The modulo's bias is below 2^-18: the total is below 2^46.
    const std::uint64_t drawn = random() % cumulative_.back();
    return static_cast<std::uint32_t>(std::ranges::upper_bound(cumulative_, drawn) - cumulative_.begin());
}

std::vector<zipf_set::entry> zipf_set::draw_entries(random_stream& random) const {
    const std::uint64_t size = nonzeros_ / 2 + random.below(static_cast<std::uint32_t>(nonzeros_ + 1));
    std::vector<entry> entries;
    while (entries.size() < size) {
        const std::uint32_t rank = draw_rank(random);
        if (std::ranges::find(entries, rank, &entry::rank) == entries.end()) {
            // 1 half of the time, at most 4
            const std::uint64_t frequency = 1 + static_cast<std::uint64_t>(std::countr_zero(random() | 8U));
            entries.push_back({.rank = rank, .value = frequency * rarity_[rank]});
        }
    }
    return entries;
}

void zipf_set::append_row(std::uint64_t row, std::string& text) const {
    constexpr std::uint64_t unit = 10'000;
    random_stream random(seed_, row_stream, row);
    std::vector<entry> entries = draw_entries(random);
    // Values are below 2^24 (4 times 46 times 2^16) and rows below 2^16 long in any sensible set:
    // the sum of squares fits.
    std::uint64_t squares = 0;
    for (const entry& each : entries) {
        squares += (each.value >> 4U) * (each.value >> 4U);
    }
    const std::uint64_t norm = std::max<std::uint64_t>(1, square_root(squares));
    std::int64_t score = 0;
    for (entry& each : entries) {
        each.value = ((each.value >> 4U) * unit + norm / 2) / norm;
        score += static_cast<std::int64_t>(each.value) * weight_of_rank_[each.rank];
    }
    const bool turned = random.unit() < noise_;
    text += (score > 0) != turned ? "+1" : "-1";

    std::ranges::sort(entries, {}, [this](const entry& each) { return index_of_rank_[each.rank]; });
    for (const entry& each : entries) {
        if (each.value != 0) {
            text += ' ';
            text += std::to_string(std::uint64_t{index_of_rank_[each.rank]} + 1);
            text += ':';
            append_millionths(text, static_cast<std::int64_t>(each.value * (1'000'000 / unit)));
        }
    }
    text += '\n';
}

std::vector<real> zipf_set::truth() const {
    std::vector<real> weights(index_of_rank_.size());
    for (std::size_t rank = 0; rank < weights.size(); ++rank) {
        weights[index_of_rank_[rank]] = static_cast<real>(weight_of_rank_[rank]) / static_cast<real>(one);
    }
    return weights;
}

} // namespace peccary::program
