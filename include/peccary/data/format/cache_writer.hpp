// Writes the items of a cache in order, each where the layout has it, and keeps their checksum.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/content_hash.hpp"
#include "peccary/data/format/cache_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace peccary::cache_detail {

/// Arrays are written in the order of their places; zeros fill the gaps.
class writer {
public:
    explicit writer(atomic_file& file) noexcept : file_(&file) {}

    void bytes(std::string_view bytes) {
        file_->write(bytes);
        hasher_.add(bytes);
        written_ += bytes.size();
    }
    template <class T>
    void array(std::uint64_t at, std::span<const T> values) {
        constexpr std::array<char, alignment> zeros{};
        bytes({zeros.data(), static_cast<std::size_t>(at - written_)});
        bytes({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    }
    std::uint64_t checksum() const { return hasher_.identity().hash; }

private:
    atomic_file* file_;
    content_hasher hasher_;
    std::uint64_t written_ = 0;
};

} // namespace peccary::cache_detail
