// The content hash: one value however the content arrives, and another for every content that
// differs a little.
#include "catch.hpp"

#include "peccary/core/content_hash.hpp"
#include "peccary/core/random.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace peccary;

namespace {

std::string random_text(std::size_t size, std::uint64_t seed) {
    random_stream random(seed, 0, 0);
    std::string text(size, '\0');
    std::ranges::generate(text, [&] { return static_cast<char>(random.below(256)); });
    return text;
}

content_identity in_pieces(std::string_view content, std::size_t piece) {
    content_hasher hasher;
    for (; !content.empty(); content.remove_prefix(std::min(piece, content.size()))) {
        hasher.add(content.substr(0, piece));
    }
    return hasher.identity();
}

/// The definition of docs/cache.md, a word at a time.
std::uint64_t simple_segment_hash(std::string_view segment) {
    std::vector<std::uint64_t> lane;
    for (std::uint64_t i = 0; i < 8; ++i) {
        lane.push_back(mix(i));
    }
    for (std::size_t word = 0; 8 * word < (segment.size() + 63) / 64 * 64; ++word) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8 && 8 * word + i < segment.size(); ++i) {
            value += static_cast<std::uint64_t>(static_cast<unsigned char>(segment[8 * word + i])) << (8 * i);
        }
        lane[word % 8] = content_hash_detail::fold_product_by_halves(lane[word % 8] ^ value);
    }
    std::uint64_t hash = mix(segment.size());
    for (const std::uint64_t part : lane) {
        hash = mix(hash ^ part);
    }
    return hash;
}

content_identity simple_identity(std::string_view content) {
    std::uint64_t hash = 0;
    for (std::size_t at = 0; at < content.size(); at += hash_segment_bytes) {
        hash = mix(hash ^ simple_segment_hash(content.substr(at, hash_segment_bytes)));
    }
    return {.bytes = content.size(), .hash = mix(hash ^ content.size())};
}

} // namespace

TEST_CASE("products are folded as arithmetic says") {
    using content_hash_detail::fold_product;
    using content_hash_detail::fold_product_by_halves;
    // The multiplier m is 0x9E3779B97F4A7C15: word * m = high * 2^64 + low.
    REQUIRE(fold_product_by_halves(0) == 0);
    REQUIRE(fold_product_by_halves(1) == 0x9E37'79B9'7F4A'7C15U);
    REQUIRE(fold_product_by_halves(std::uint64_t{1} << 63U) == (0x8000'0000'0000'0000U ^ 0x4F1B'BCDC'BFA5'3E0AU));
    // 2^64 m - m
    REQUIRE(fold_product_by_halves(UINT64_MAX) == (0x61C8'8646'80B5'83EBU ^ 0x9E37'79B9'7F4A'7C14U));
    random_stream random(11, 0, 0);
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t word = random();
        REQUIRE(fold_product(word) == fold_product_by_halves(word));
    }
}

TEST_CASE("the hash is the documented one, for every length of a tail") {
    const std::string text = random_text(200, 1);
    for (std::size_t size = 0; size <= text.size(); ++size) {
        REQUIRE(hash_segment(std::string_view(text).substr(0, size)) == simple_segment_hash(std::string_view(text).substr(0, size)));
    }
    REQUIRE(content_hasher().identity() == content_identity{.bytes = 0, .hash = mix(0)});
}

TEST_CASE("content has one identity, whatever the pieces") {
    for (const std::size_t size :
         {std::size_t{1}, hash_segment_bytes - 1, hash_segment_bytes, hash_segment_bytes + 1, 3 * hash_segment_bytes + 77}) {
        const std::string content = random_text(size, size);
        const content_identity whole = simple_identity(content);
        for (const std::size_t piece : {std::size_t{1'009}, hash_segment_bytes / 2, hash_segment_bytes, hash_segment_bytes + 5, size}) {
            REQUIRE(in_pieces(content, piece) == whole);
        }
    }
}

TEST_CASE("an identity may be taken before the end") {
    const std::string content = random_text(hash_segment_bytes + 100, 3);
    content_hasher hasher;
    for (const char byte : content.substr(0, 300)) {
        hasher.add({&byte, 1});
    }
    REQUIRE(hasher.identity() == simple_identity(std::string_view(content).substr(0, 300)));
    hasher.add(std::string_view(content).substr(300));
    REQUIRE(hasher.identity() == simple_identity(content));
}

TEST_CASE("every flipped bit, swapped word and added zero shows") {
    std::string text = random_text(300, 5);
    std::set<std::uint64_t> seen{hash_segment(text)};
    for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
        REQUIRE(seen.insert(hash_segment(text)).second);
        text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    }
    for (std::size_t word = 0; word + 2 <= text.size() / 8; ++word) {
        std::string swapped = text;
        std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(8 * word),
                         swapped.begin() + static_cast<std::ptrdiff_t>(8 * word + 8),
                         swapped.begin() + static_cast<std::ptrdiff_t>(8 * word + 8));
        REQUIRE(seen.insert(hash_segment(swapped)).second);
    }
    for (std::size_t zeros = 1; zeros < 130; ++zeros) {
        REQUIRE(seen.insert(hash_segment(text + std::string(zeros, '\0'))).second);
    }
}

TEST_CASE("two edits in one lane do not cancel out") {
    // All pairs of single-bit changes in two words that the same lane takes one after the other.
    std::string text = random_text(128, 7);
    std::set<std::uint64_t> seen;
    for (std::size_t first = 0; first < 64; ++first) {
        for (std::size_t second = 0; second < 64; ++second) {
            std::string changed = text;
            changed[first / 8] = static_cast<char>(changed[first / 8] ^ (1 << (first % 8)));
            changed[64 + second / 8] = static_cast<char>(changed[64 + second / 8] ^ (1 << (second % 8)));
            seen.insert(hash_segment(changed));
        }
    }
    REQUIRE(seen.size() == 64 * 64);
    REQUIRE(seen.count(hash_segment(text)) == 0);
}

TEST_CASE("segments may not be swapped") {
    const std::string first = random_text(hash_segment_bytes, 8);
    const std::string second = random_text(hash_segment_bytes, 9);
    REQUIRE(in_pieces(first + second, 4096) != in_pieces(second + first, 4096));
}
