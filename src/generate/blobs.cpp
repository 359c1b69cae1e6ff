#include "generate/blobs.hpp"

#include "generate/fixed_point.hpp"
#include "peccary/core/error.hpp"

namespace peccary::program {

namespace {

constexpr std::uint64_t center_stream = 0x626C'6F62U; // "blob"
constexpr std::uint64_t point_stream = 0x726F'7773U;  // "rows"
constexpr std::uint32_t center_range = 4000;

} // namespace

blobs_set::blobs_set(std::uint64_t features, std::uint64_t classes, std::uint64_t seed) : features_(features), seed_(seed) {
    constexpr std::uint64_t most = 1U << 20U;
    if (features < 1 || features > most || classes < 2 || classes > most) {
        throw usage_error("blobs take from 1 to 2^20 --features and from 2 to 2^20 --classes");
    }
    random_stream random(seed, center_stream, 0);
    centers_.resize(classes, std::vector<std::int64_t>(features));
    for (auto& center : centers_) {
        for (std::int64_t& coordinate : center) {
            coordinate = std::int64_t{random.below(2 * center_range)} - center_range;
        }
    }
}

std::string blobs_set::header() const {
    std::string text;
    for (std::uint64_t feature = 1; feature <= features_; ++feature) {
        text += 'x';
        text += std::to_string(feature);
        text += ',';
    }
    return text + "label\n";
}

void blobs_set::append_row(std::uint64_t row, std::string& text) const {
    random_stream random(seed_, point_stream, row);
    const std::uint64_t label = row % centers_.size();
    for (const std::int64_t coordinate : centers_[label]) {
        // The sum of twelve uniform numbers less six has mean 0 and variance 1.
        std::int64_t deviation = -6000;
        for (int i = 0; i < 12; ++i) {
            deviation += random.below(1001);
        }
        append_millionths(text, (coordinate + deviation) * 1000);
        text += ',';
    }
    text += std::to_string(label);
    text += '\n';
}

} // namespace peccary::program
