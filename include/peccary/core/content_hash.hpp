// A 64-bit hash of long content, about as fast as memory delivers it, the same whether content
// comes whole, in pieces or to several threads.
//
// Considerations. Content is cut into segments, so that threads can share the work and a reader's
// pieces need not be joined. Within a segment eight chains run side by side, since one would wait
// for its multiplication at every 8 bytes. A step of a chain folds the two halves of a product
// together (the idea of Wang Yi's wyhash): one multiplication a word, and a change goes unseen at
// most about once in 2^53. With the low half alone and a rotation, two changed characters 64 bytes
// apart can cancel out, and text that people edit has such pairs; with core/random.hpp's `mix`,
// whose every step is a bijection, it takes two multiplications and five shifts a word, and hashing
// took 1.5 to 2 times as long (84 MB in memory, one core of a Xeon "Emerald Rapids" virtual
// machine: 15.5 ms against 8 to 10).
#pragma once

#include "peccary/core/random.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace peccary {

/// All segments but the last have this size. It fits into the second-level cache together with what
/// else is there.
inline constexpr std::size_t hash_segment_bytes = std::size_t{1} << 17U;

/// What tells one content from another. Not a defence against forgery.
struct content_identity {
    std::uint64_t bytes = 0;
    std::uint64_t hash = 0;
    bool operator==(const content_identity&) const = default;
};

namespace content_hash_detail {

inline constexpr std::size_t lanes = 8;
inline constexpr std::size_t word_bytes = 8;
inline constexpr std::size_t stripe_bytes = lanes * word_bytes;

/// The first 8 bytes as a little-endian word. Copied where that is the same, since gcc 12 does not
/// make one load of the loop in all places.
inline std::uint64_t little_endian_word(const char* bytes) noexcept {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, word_bytes);
    } else {
        for (std::size_t i = 0; i < word_bytes; ++i) {
            word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        }
    }
    return word;
}

/// The arithmetic of a stripe fills so much of the window in which a processor looks ahead that it
/// would wait for memory at each of them:
/// 2 GB/s from memory without the hint, 10 GB/s with it at 2 KiB or more, also across pages.
inline constexpr std::size_t prefetch_bytes = 4096;

inline void prefetch([[maybe_unused]] const char* place) noexcept {
#if defined(__GNUC__)
    __builtin_prefetch(place);
#endif
}

/// Any odd constant with many changes between its bits; this one is 2^64 / golden ratio.
inline constexpr std::uint64_t multiplier = 0x9E37'79B9'7F4A'7C15U;

/// The low half of word * multiplier, xor the high half, by products of 32 bits.
constexpr std::uint64_t fold_product_by_halves(std::uint64_t word) noexcept {
    constexpr std::uint64_t half = 0xFFFF'FFFFU;
    const std::uint64_t low = (word & half) * (multiplier & half);
    const std::uint64_t middle = (word >> 32U) * (multiplier & half) + (low >> 32U);
    const std::uint64_t other = (word & half) * (multiplier >> 32U) + (middle & half);
    const std::uint64_t high = (word >> 32U) * (multiplier >> 32U) + (middle >> 32U) + (other >> 32U);
    return (word * multiplier) ^ high;
}

/// The same, by one multiplication where the compiler has one that is wide enough.
constexpr std::uint64_t fold_product(std::uint64_t word) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using wide = unsigned __int128;
    const wide product = wide{word} * multiplier;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
#else
    return fold_product_by_halves(word);
#endif
}

/// The chains of a segment. Lanes are named at compile time only, or else gcc 12 keeps them in
/// memory (1.6 GB/s at -O2).
class chains {
public:
    void add_stripe(const char* bytes) noexcept {
        for_lanes([&](auto... i) { ((lane_[i] = fold_product(lane_[i] ^ little_endian_word(bytes + i * word_bytes))), ...); });
    }
    std::uint64_t hash(std::uint64_t size) const noexcept {
        std::uint64_t hash = mix(size);
        for_lanes([&](auto... i) { ((hash = mix(hash ^ lane_[i])), ...); });
        return hash;
    }

private:
    template <class Function>
    static constexpr void for_lanes(const Function& function) noexcept {
        [&]<std::size_t... Lane>(std::index_sequence<Lane...>) { function(std::integral_constant<std::size_t, Lane>{}...); }
        (std::make_index_sequence<lanes>{});
    }

    std::array<std::uint64_t, lanes> lane_{mix(0), mix(1), mix(2), mix(3), mix(4), mix(5), mix(6), mix(7)};
};

} // namespace content_hash_detail

/// The hash of one segment. Thread-safety: reentrant.
inline std::uint64_t hash_segment(std::string_view segment) noexcept {
    using namespace content_hash_detail;
    chains all;
    std::string_view rest = segment;
    for (; rest.size() >= stripe_bytes; rest.remove_prefix(stripe_bytes)) {
        prefetch(rest.data() + (std::min)(prefetch_bytes, rest.size() - 1));
        all.add_stripe(rest.data());
    }
    if (!rest.empty()) {
        std::array<char, stripe_bytes> filled_up{};
        std::ranges::copy(rest, filled_up.begin());
        all.add_stripe(filled_up.data());
    }
    return all.hash(segment.size());
}

/// How many segments content of that size has.
constexpr std::size_t segments_of(std::uint64_t bytes) noexcept {
    return static_cast<std::size_t>(bytes / hash_segment_bytes + (bytes % hash_segment_bytes != 0 ? 1 : 0));
}

/// The identity of content of `bytes` bytes, from the hashes of its segments in order.
constexpr content_identity identity_of_segments(std::span<const std::uint64_t> hashes, std::uint64_t bytes) noexcept {
    std::uint64_t hash = 0;
    for (const std::uint64_t segment : hashes) {
        hash = mix(hash ^ segment);
    }
    return {.bytes = bytes, .hash = mix(hash ^ bytes)};
}

/// Identifies content that arrives in pieces. Memory: a segment, and 8 bytes for each that has
/// passed. Thread-safety: none.
class content_hasher {
public:
    void add(std::string_view piece) {
        bytes_ += piece.size();
        while (!piece.empty()) {
            if (held_.empty() && piece.size() >= hash_segment_bytes) {
                hashes_.push_back(hash_segment(piece.substr(0, hash_segment_bytes)));
                piece.remove_prefix(hash_segment_bytes);
                continue;
            }
            const std::size_t count = (std::min)(piece.size(), hash_segment_bytes - held_.size());
            held_.reserve(hash_segment_bytes);
            held_.insert(held_.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
            piece.remove_prefix(count);
            if (held_.size() == hash_segment_bytes) {
                hashes_.push_back(hash_segment({held_.data(), held_.size()}));
                held_.clear();
            }
        }
    }

    /// Of all that was added so far; more may follow.
    content_identity identity() const {
        std::vector<std::uint64_t> hashes = hashes_;
        if (!held_.empty()) {
            hashes.push_back(hash_segment({held_.data(), held_.size()}));
        }
        return identity_of_segments(hashes, bytes_);
    }

private:
    std::vector<std::uint64_t> hashes_; ///< of whole segments
    std::vector<char> held_;            ///< the segment that has begun
    std::uint64_t bytes_ = 0;
};

} // namespace peccary
