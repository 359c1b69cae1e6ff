// The layout of a cache file: a header, two texts, and the arrays of a data set, each where it can
// be used in place; docs/cache.md has it.
#pragma once

#include "peccary/core/content_hash.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/line_map.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace peccary {

// not text, so that no text file is mistaken for it
inline constexpr std::string_view cache_signature = "\x89PECDATA";
/// to be raised when the layout or the hash changes, or what a reader makes of a text
inline constexpr std::uint32_t cache_version = 2;

enum class cache_kind : std::uint32_t { sparse = 1, dense = 2 };

struct cache_header {
    cache_kind kind = cache_kind::sparse;
    content_identity source;
    std::uint64_t rows = 0;
    std::uint64_t columns = 0;
    /// entries of the array of values: nonzeros, or rows times columns
    std::uint64_t values = 0;
    std::uint64_t breakpoints = 0; ///< of the line map
    std::uint64_t settings_bytes = 0;
    std::uint64_t writer_bytes = 0; ///< of the version of Peccary that wrote the file
};

/// Where things begin, in bytes from the start of the file. What a kind does not have is empty.
struct cache_layout {
    std::uint64_t settings = 0;
    std::uint64_t writer = 0;
    std::uint64_t offsets = 0;
    std::uint64_t labels = 0;
    std::uint64_t breakpoints = 0;
    std::uint64_t indices = 0;
    std::uint64_t values = 0;
    std::uint64_t checksum = 0; ///< of all bytes before it
    std::uint64_t end = 0;
};

namespace cache_detail {

inline constexpr std::size_t word_bytes = sizeof(std::uint64_t);
inline constexpr std::size_t header_words = 11;
inline constexpr std::uint64_t header_bytes = header_words * word_bytes;

/// Arrays begin at multiples of this, as the lines of x86's caches and the widest vectors do. (A
/// mapping begins at a page.)
inline constexpr std::uint64_t alignment = 64;

constexpr std::uint64_t aligned(std::uint64_t position, std::uint64_t to = alignment) noexcept { return (position + to - 1) / to * to; }

static_assert(sizeof(line_map::breakpoint) == 2 * word_bytes, "written as it stands in memory");

/// Arrays are used where they lie in the file, so a machine of the other byte order can do nothing
/// with it.
inline void require_little_endian(const std::string& path) {
    if constexpr (std::endian::native != std::endian::little) {
        throw usage_error(path + ": caches are for little-endian machines, and this is none; read the data without a cache");
    }
}

inline std::array<std::uint64_t, header_words> words_of(const cache_header& header, std::uint64_t file_bytes) noexcept {
    return {content_hash_detail::little_endian_word(cache_signature.data()),
            cache_version | std::uint64_t{static_cast<std::uint32_t>(header.kind)} << 32U,
            file_bytes,
            header.source.bytes,
            header.source.hash,
            header.rows,
            header.columns,
            header.values,
            header.breakpoints,
            header.settings_bytes,
            header.writer_bytes};
}

/// The reverse; nothing if the numbers contradict each other or cannot be those of a file of
/// `file_bytes` bytes. Afterwards `layout_of` and sizes computed from the header do not overflow.
constexpr std::optional<cache_header> header_of(const std::array<std::uint64_t, header_words>& words, std::uint64_t file_bytes) noexcept {
    const cache_header header{.kind = static_cast<cache_kind>(words[1] >> 32U),
                              .source = {.bytes = words[3], .hash = words[4]},
                              .rows = words[5],
                              .columns = words[6],
                              .values = words[7],
                              .breakpoints = words[8],
                              .settings_bytes = words[9],
                              .writer_bytes = words[10]};
    const bool sparse = header.kind == cache_kind::sparse;
    const bool fits = header.rows <= file_bytes / sizeof(double) && header.values <= file_bytes / sizeof(real) &&
                      header.breakpoints <= file_bytes / sizeof(line_map::breakpoint) && header.settings_bytes <= file_bytes &&
                      header.writer_bytes <= file_bytes && file_bytes <= (std::numeric_limits<std::uint64_t>::max)() / 64;
    const bool known = sparse || header.kind == cache_kind::dense;
    if (!known || !fits || header.rows == 0 || header.rows > (std::numeric_limits<row_index>::max)() ||
        header.columns > std::uint64_t{max_index} + 1) {
        return std::nullopt;
    }
    if (!sparse && (header.values / header.rows != header.columns || header.values % header.rows != 0)) {
        return std::nullopt;
    }
    return header;
}

} // namespace cache_detail

constexpr cache_layout layout_of(const cache_header& header) noexcept {
    using namespace cache_detail;
    const bool sparse = header.kind == cache_kind::sparse;
    cache_layout at;
    at.settings = header_bytes;
    at.writer = at.settings + header.settings_bytes;
    at.offsets = aligned(at.writer + header.writer_bytes);
    at.labels = aligned(at.offsets + (sparse ? (header.rows + 1) * sizeof(std::uint64_t) : 0));
    at.breakpoints = aligned(at.labels + header.rows * sizeof(double));
    at.indices = aligned(at.breakpoints + header.breakpoints * sizeof(line_map::breakpoint));
    at.values = aligned(at.indices + (sparse ? header.values * sizeof(feature_index) : 0));
    at.checksum = aligned(at.values + header.values * sizeof(real), word_bytes);
    at.end = at.checksum + word_bytes;
    return at;
}

} // namespace peccary
