// Reads the items of a container one by one, and refuses those that cannot be.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/container_format.hpp"
#include "peccary/model/tensor.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace peccary::container_detail {

inline constexpr std::size_t most_rank = 8;

/// The file's checksum is right, but the program that wrote the file may have lied. So nothing is
/// allocated before it is known to be there.
class reader {
public:
    reader(std::string_view bytes, std::string_view name) noexcept : rest_(bytes), name_(name) {}

    bool at_end() const noexcept { return rest_.empty(); }

    std::uint64_t word() {
        require(1);
        const std::uint64_t word = word_of(rest_);
        rest_.remove_prefix(word_bytes);
        return word;
    }

    std::string text() {
        const std::uint64_t size = word();
        const std::uint64_t words = words_for(size);
        require(words);
        std::string text(rest_.substr(0, static_cast<std::size_t>(size)));
        skip(words);
        return text;
    }

    tensor array() {
        tensor array;
        array.name = text();
        const std::uint64_t rank = word();
        if (rank > most_rank) {
            refuse("an array with " + std::to_string(rank) + " dimensions");
        }
        const std::uint64_t most_values = rest_.size() / sizeof(real);
        std::uint64_t count = 1;
        for (std::uint64_t dimension = 0; dimension < rank; ++dimension) {
            const std::uint64_t extent = word();
            if (count != 0 && extent > most_values / count) {
                refuse("an array larger than the file");
            }
            count *= extent;
            array.shape.push_back(extent);
        }
        const std::uint64_t words = words_for(count * sizeof(real));
        require(words);
        array.values.resize(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < array.values.size(); i += 2) {
            const std::uint64_t two = word_of(rest_.substr(i * sizeof(real)));
            array.values[i] = std::bit_cast<real>(static_cast<std::uint32_t>(two));
            if (i + 1 < array.values.size()) {
                array.values[i + 1] = std::bit_cast<real>(static_cast<std::uint32_t>(two >> 32U));
            }
        }
        skip(words);
        return array;
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw data_error(name_ + ": " + what +
                         ", although its checksum is right: the program that wrote it is at fault; write the file again");
    }

private:
    void require(std::uint64_t words) const {
        if (words > rest_.size() / word_bytes) {
            refuse("an item that reaches past the end");
        }
    }

    void skip(std::uint64_t words) noexcept { rest_.remove_prefix(static_cast<std::size_t>(words) * word_bytes); }

    std::string_view rest_; ///< whole words
    std::string name_;
};

} // namespace peccary::container_detail
