// Writes the items of a container word by word, and keeps their checksum.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/container_format.hpp"
#include "peccary/model/tensor.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace peccary::container_detail {

class writer {
public:
    explicit writer(atomic_file& file) noexcept : file_(&file) {}

    void word(std::uint64_t word) {
        checksum_.add(word);
        std::array<char, word_bytes> bytes;
        for (std::size_t i = 0; i < word_bytes; ++i) {
            bytes[i] = static_cast<char>(word >> (8 * i) & 0xFFU);
        }
        file_->write({bytes.data(), bytes.size()});
    }

    /// Up to 8 bytes a word, the last filled up with zeros.
    void bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            std::array<char, word_bytes> padded{};
            const std::size_t count = (std::min)(bytes.size(), word_bytes);
            std::copy_n(bytes.data(), count, padded.data());
            word(word_of({padded.data(), padded.size()}));
            bytes.remove_prefix(count);
        }
    }

    void text(std::string_view text) {
        word(text.size());
        bytes(text);
    }

    void reals(std::span<const real> values) {
        for (std::size_t i = 0; i < values.size(); i += 2) {
            word(pair(std::bit_cast<std::uint32_t>(values[i]), i + 1 < values.size() ? std::bit_cast<std::uint32_t>(values[i + 1]) : 0));
        }
    }

    void finish() { word(checksum_.value()); }

    static constexpr std::uint64_t text_words(std::string_view text) noexcept { return 1 + words_for(text.size()); }
    static std::uint64_t tensor_words(const tensor_view& array) noexcept {
        return text_words(array.name) + 1 + array.shape.size() + words_for(array.values.size_bytes());
    }

private:
    atomic_file* file_;
    container_checksum checksum_;
};

} // namespace peccary::container_detail
