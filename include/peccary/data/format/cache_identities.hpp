// Hashes a cache and its source, both whole, on all threads at once.
#pragma once

#include "peccary/core/content_hash.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/core/parallel.hpp"
#include "peccary/core/storage.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

namespace peccary::cache_detail {

/// Reads as much of [offset, offset + room.size()) as there is; returns its size, or -1 and errno.
inline ::ssize_t read_at(const file_descriptor& file, std::uint64_t offset, std::span<char> room) noexcept {
    std::size_t filled = 0;
    while (filled < room.size()) {
        const ::ssize_t count = ::pread(file.number(), room.data() + filled, room.size() - filled, static_cast<::off_t>(offset + filled));
        if (count == 0 || (count < 0 && errno != EINTR)) {
            return count < 0 ? -1 : static_cast<::ssize_t>(filled);
        }
        filled += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return static_cast<::ssize_t>(filled);
}

struct cache_identities {
    content_identity source;
    content_identity cache; ///< of what precedes its checksum
};

/// Identifies a source by reading it, and at the same time a cache, which is `mapped`.
/// Throws `io_error` if the source cannot be read.
inline cache_identities identify(const file_descriptor& source, std::uint64_t source_bytes, const std::string& source_path,
                                 std::string_view mapped, unsigned threads) {
    const std::size_t mapped_segments = segments_of(mapped.size());
    std::vector<std::uint64_t> hashes(mapped_segments + segments_of(source_bytes));
    threads = static_cast<unsigned>(std::clamp<std::size_t>(hashes.size(), 1, (std::max)(1U, threads)));
    storage<char> rooms(threads * hash_segment_bytes);
    // Relaxed, all three: the counters only deal out numbers, and joining the threads publishes
    // what they wrote.
    std::atomic<std::size_t> next_room{0};
    std::atomic<std::size_t> next_segment{0};
    std::atomic<int> failure{0};
    run_on_threads(threads, [&] {
        const std::span room(rooms.data() + next_room.fetch_add(1, std::memory_order_relaxed) * hash_segment_bytes, hash_segment_bytes);
        for (std::size_t i = next_segment.fetch_add(1, std::memory_order_relaxed); i < hashes.size();
             i = next_segment.fetch_add(1, std::memory_order_relaxed)) {
            if (i < mapped_segments) {
                hashes[i] = hash_segment(mapped.substr(i * hash_segment_bytes, hash_segment_bytes));
                continue;
            }
            const std::uint64_t offset = std::uint64_t{i - mapped_segments} * hash_segment_bytes;
            const std::uint64_t wanted = (std::min<std::uint64_t>)(hash_segment_bytes, source_bytes - offset);
            const ::ssize_t count = read_at(source, offset, room.first(static_cast<std::size_t>(wanted)));
            if (count < 0) {
                failure.store(errno, std::memory_order_relaxed);
                return;
            }
            // A file that shrinks meanwhile gets another hash, and so is another file.
            hashes[i] = hash_segment({room.data(), static_cast<std::size_t>(count)});
        }
    });
    if (const int code = failure.load(std::memory_order_relaxed); code != 0) {
        throw_io_error(source_path, "read", code);
    }
    const std::span all(hashes);
    return {.source = identity_of_segments(all.subspan(mapped_segments), source_bytes),
            .cache = identity_of_segments(all.first(mapped_segments), mapped.size())};
}

} // namespace peccary::cache_detail
