// What a container holds, and the words, signature and checksum that its file is made of.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/model/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

enum class container_kind : std::uint32_t { model = 1, checkpoint = 2 };

constexpr std::string_view name_of(container_kind kind) noexcept { return kind == container_kind::model ? "model" : "checkpoint"; }

using text_fields = std::map<std::string, std::string>;

struct container {
    text_fields fields;
    std::vector<tensor> tensors;
};

// not text, so that no text file is mistaken for it
inline constexpr std::string_view container_signature = "\x89PECCARY";
inline constexpr std::uint32_t container_version = 1;

/// The checksum of a sequence of words: c = mix(c ^ word), from 0.
class container_checksum {
public:
    constexpr void add(std::uint64_t word) noexcept { value_ = mix(value_ ^ word); }
    constexpr std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0;
};

namespace container_detail {

inline constexpr std::size_t word_bytes = 8;
inline constexpr std::size_t header_words = 4;
inline constexpr std::size_t least_words = header_words + 1;

constexpr std::uint64_t words_for(std::uint64_t bytes) noexcept { return bytes / word_bytes + (bytes % word_bytes != 0 ? 1 : 0); }

constexpr std::uint64_t pair(std::uint32_t low, std::uint32_t high) noexcept { return low | std::uint64_t{high} << 32U; }

/// The first 8 bytes as a little-endian word; compilers make it one load.
constexpr std::uint64_t word_of(std::string_view bytes) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < word_bytes; ++i) {
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return word;
}

} // namespace container_detail

} // namespace peccary
