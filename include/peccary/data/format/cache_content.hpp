// Opens what a mapped cache holds, or says why not: it is damaged, or of another version or source.
#pragma once

#include "peccary/core/content_hash.hpp"
#include "peccary/core/mapped_file.hpp"
#include "peccary/core/parallel.hpp"
#include "peccary/core/types.hpp"
#include "peccary/core/version.hpp"
#include "peccary/data/format/cache_format.hpp"
#include "peccary/data/format/cache_identities.hpp"
#include "peccary/data/format/cached_dataset.hpp"
#include "peccary/data/format/line_map.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace peccary::cache_detail {

/// True if all that `sparse_view` promises holds, so that no file can make a reader of the view
/// leave it.
inline bool well_formed(const mapped_sparse_dataset& set, unsigned threads) {
    constexpr std::size_t rows_a_task = 1024;
    if (set.offsets.front() != 0 || set.offsets.back() != set.indices.size()) {
        return false;
    }
    std::atomic<bool> good{true};
    for_each_task(threads, (set.size() + rows_a_task - 1) / rows_a_task, [&](std::size_t task) {
        const std::size_t end = (std::min)(set.size(), (task + 1) * rows_a_task);
        for (std::size_t row = task * rows_a_task; row < end; ++row) {
            const std::uint64_t first = set.offsets[row];
            const std::uint64_t last = set.offsets[row + 1];
            bool ascending = first <= last && last <= set.indices.size();
            if (ascending && first < last) {
                const feature_index* const index = set.indices.data() + first;
                const std::size_t count = last - first;
                ascending = index[count - 1] < set.columns;
                for (std::size_t k = 1; k < count; ++k) {
                    // no branch, so that compilers vectorise it
                    ascending &= index[k - 1] < index[k];
                }
            }
            if (!ascending) {
                good.store(false, std::memory_order_relaxed); // read after the join
            }
        }
    });
    return good.load(std::memory_order_relaxed);
}

template <class T>
std::span<const T> array_at(std::string_view content, std::uint64_t at, std::uint64_t count) noexcept {
    // The mapping is aligned to pages and `at` to `alignment`; memory from mmap implicitly holds
    // objects of trivial types ([intro.object]).
    return {reinterpret_cast<const T*>(content.data() + at), static_cast<std::size_t>(count)};
}

/// Why `content` is no whole cache of this version; empty if its size is right.
inline std::string fault_of(std::string_view content) {
    if (content.size() < header_bytes) {
        return "it was cut short";
    }
    if (const auto version = static_cast<std::uint32_t>(content_hash_detail::little_endian_word(content.data() + word_bytes));
        version != cache_version) {
        return "it has format version " + std::to_string(version) + ", this Peccary version " + std::to_string(cache_version);
    }
    const std::uint64_t size = content_hash_detail::little_endian_word(content.data() + 2 * word_bytes);
    return size == content.size() ? "" : content.size() < size ? "it was cut short" : "it is damaged: its size is wrong";
}

inline std::string other_source(const content_identity& then, const content_identity& now) {
    return then.bytes == now.bytes
               ? "the data has changed since, though not in size"
               : "the data has changed since, from " + std::to_string(then.bytes) + " to " + std::to_string(now.bytes) + " bytes";
}

/// What the cache `file` holds, if it belongs to its source: `identities` are those of both as they
/// are now.
inline cache_lookup open_content(mapped_file file, const cache_identities& identities, std::string_view settings,
                                 const std::string& source_path, unsigned threads) {
    const std::string_view content = file.content();
    std::array<std::uint64_t, header_words> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = content_hash_detail::little_endian_word(content.data() + i * word_bytes);
    }
    const auto refuse = [](std::string why) { return cache_lookup{.found = std::nullopt, .why_not = std::move(why)}; };
    const auto contradiction = [&] { return refuse("it is damaged: its content contradicts itself, although its checksum is right"); };
    if (content_hash_detail::little_endian_word(content.data() + content.size() - word_bytes) != identities.cache.hash) {
        return refuse("it is damaged: its checksum is wrong");
    }
    const std::optional<cache_header> header = header_of(words, content.size());
    if (!header || layout_of(*header).end != content.size()) {
        return contradiction();
    }
    const cache_layout at = layout_of(*header);
    if (const std::string_view writer = content.substr(at.writer, header->writer_bytes); writer != version_string) {
        return refuse("it was written by version " + std::string(writer) + ", and this is " + std::string(version_string));
    }
    if (const std::string_view its = content.substr(at.settings, header->settings_bytes); its != settings) {
        return refuse("the data was read in another way then (" + std::string(its) + ")");
    }
    if (header->source != identities.source) {
        return refuse(other_source(header->source, identities.source));
    }

    line_map lines(source_path);
    for (const line_map::breakpoint& place : array_at<line_map::breakpoint>(content, at.breakpoints, header->breakpoints)) {
        if (place.row >= header->rows || (lines.breaks() > 0 && place.row <= lines.breakpoints().back().row)) {
            return contradiction();
        }
        lines.add(place.row, place.line);
    }
    const auto labels = array_at<double>(content, at.labels, header->rows);
    const auto values = array_at<real>(content, at.values, header->values);
    const auto columns = static_cast<std::size_t>(header->columns);
    if (header->kind == cache_kind::dense) {
        return {.found = cached_dataset{.file = std::move(file),
                                        .data = mapped_dense_dataset{.values = values, .labels = labels, .columns = columns},
                                        .lines = std::move(lines)},
                .why_not = {}};
    }
    const mapped_sparse_dataset set{.offsets = array_at<std::uint64_t>(content, at.offsets, header->rows + 1),
                                    .indices = array_at<feature_index>(content, at.indices, header->values),
                                    .values = values,
                                    .labels = labels,
                                    .columns = columns};
    if (!well_formed(set, threads)) {
        return contradiction();
    }
    return {.found = cached_dataset{.file = std::move(file), .data = set, .lines = std::move(lines)}, .why_not = {}};
}

} // namespace peccary::cache_detail
