// A parsed data set in a file of its own, mapped into memory instead of being parsed again; it vouches for itself and for its source.
//
// Considerations. A cache is used only if the source's bytes and its own are what they were: both are hashed whole, each time, by all
// threads. Size, inode and time of change would be had for nothing, but they lie after a restored backup, a copied directory or an edit
// within the clock's tick, and a model trained on other data than its file's is an error that nobody would ever notice. With both files
// in the system's memory 80 MB cost some 10 ms with two threads. The cache is mapped: Peccary never changes one in place. The source is
// read: others may write to it, and a mapped file that is shortened ends the program by a signal. Mapping it was tried and was no faster
// (12.5 ms against 12.4 for both files, with a slower hash, on a Xeon "Sapphire Rapids" virtual machine): page faults cost what copying would have.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/content_hash.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/core/mapped_file.hpp"
#include "peccary/core/parallel.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"
#include "peccary/core/version.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/format/cache_format.hpp"
#include "peccary/data/format/line_map.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <variant>
#include <vector>

namespace peccary {

/// As `sparse_dataset`, in memory that something else owns.
struct mapped_sparse_dataset {
    std::span<const std::uint64_t> offsets;
    std::span<const feature_index> indices;
    std::span<const real> values;
    std::span<const double> labels;
    std::size_t columns = 0;

    std::size_t size() const noexcept { return labels.size(); }
    sparse_view view(std::span<const real> targets, std::span<const real> weights = {}) const noexcept {
        return {.offsets = offsets, .indices = indices, .values = values, .targets = targets, .weights = weights, .columns = columns};
    }
};

/// As `dense_dataset`, in memory that something else owns.
struct mapped_dense_dataset {
    std::span<const real> values;
    std::span<const double> labels;
    std::size_t columns = 0;

    std::size_t size() const noexcept { return labels.size(); }
    dense_view view(std::span<const real> targets, std::span<const real> weights = {}) const noexcept {
        return {.values = values, .targets = targets, .weights = weights, .columns = columns};
    }
};

/// Views of `data` are valid as long as `file` lives, wherever it is moved.
struct cached_dataset {
    mapped_file file;
    std::variant<mapped_sparse_dataset, mapped_dense_dataset> data;
    line_map lines;
};

/// What was looked for, or why it is not there.
struct cache_lookup {
    std::optional<cached_dataset> found;
    std::string why_not; ///< "it was cut short"; empty if it was found, or if there is no file
};

namespace cache_detail {

/// Writes in order and keeps the hash.
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

struct two_identities {
    content_identity source;
    content_identity mapped;
};

/// Identifies a file by reading it, and memory, at once. Throws `io_error` if the file cannot be read.
inline two_identities identify(const file_descriptor& source, std::uint64_t source_bytes, const std::string& source_path,
                               std::string_view mapped, unsigned threads) {
    const std::size_t mapped_segments = segments_of(mapped.size());
    std::vector<std::uint64_t> hashes(mapped_segments + segments_of(source_bytes));
    threads = static_cast<unsigned>(std::clamp<std::size_t>(hashes.size(), 1, std::max(1U, threads)));
    storage<char> rooms(threads * hash_segment_bytes);
    // Relaxed, all three: the counters only deal out numbers, and joining the threads publishes what they wrote.
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
            const std::uint64_t wanted = std::min<std::uint64_t>(hash_segment_bytes, source_bytes - offset);
            const ::ssize_t count = read_at(source, offset, room.first(static_cast<std::size_t>(wanted)));
            if (count < 0) {
                failure.store(errno, std::memory_order_relaxed);
                return;
            }
            hashes[i] =
                hash_segment({room.data(), static_cast<std::size_t>(count)}); // of a file that shrinks: another hash, and so another file
        }
    });
    if (const int code = failure.load(std::memory_order_relaxed); code != 0) {
        throw_io_error(source_path, "read", code);
    }
    const std::span all(hashes);
    return {.source = identity_of_segments(all.subspan(mapped_segments), source_bytes),
            .mapped = identity_of_segments(all.first(mapped_segments), mapped.size())};
}

/// True if all that `sparse_view` promises holds, so that no file can make a reader of the view leave it.
inline bool well_formed(const mapped_sparse_dataset& set, unsigned threads) {
    constexpr std::size_t rows_a_task = 1024;
    if (set.offsets.front() != 0 || set.offsets.back() != set.indices.size()) {
        return false;
    }
    std::atomic<bool> good{true};
    for_each_task(threads, (set.size() + rows_a_task - 1) / rows_a_task, [&](std::size_t task) {
        const std::size_t end = std::min(set.size(), (task + 1) * rows_a_task);
        for (std::size_t row = task * rows_a_task; row < end; ++row) {
            const std::uint64_t first = set.offsets[row];
            const std::uint64_t last = set.offsets[row + 1];
            bool ascending = first <= last && last <= set.indices.size();
            if (ascending && first < last) {
                const feature_index* const index = set.indices.data() + first;
                const std::size_t count = last - first;
                ascending = index[count - 1] < set.columns;
                for (std::size_t k = 1; k < count; ++k) {
                    ascending &= index[k - 1] < index[k]; // no branch, so that compilers vectorise it
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
    // The mapping is aligned to pages and `at` to `alignment`; memory from mmap implicitly holds objects of trivial types ([intro.object]).
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

/// The cache in `file`, whose source and checksum are known to be `identities`.
inline cache_lookup open_content(mapped_file file, const two_identities& identities, std::string_view settings,
                                 const std::string& source_path, unsigned threads) {
    const std::string_view content = file.content();
    std::array<std::uint64_t, header_words> words{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = content_hash_detail::little_endian_word(content.data() + i * word_bytes);
    }
    const auto refuse = [](std::string why) { return cache_lookup{.found = std::nullopt, .why_not = std::move(why)}; };
    const auto contradiction = [&] { return refuse("it is damaged: its content contradicts itself, although its checksum is right"); };
    if (content_hash_detail::little_endian_word(content.data() + content.size() - word_bytes) != identities.mapped.hash) {
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

} // namespace cache_detail

/// Writes the data set that was read, in the way that the text `settings` names, from a file with the identity `source` (hashed_source.hpp).
/// The caller commits. Throws `io_error`; `usage_error` on a big-endian machine.
template <class Dataset>
void write_cache(atomic_file& out, const content_identity& source, std::string_view settings, const Dataset& set, const line_map& lines) {
    using namespace cache_detail;
    constexpr bool sparse = requires { set.indices; };
    require_little_endian(lines.file());
    const cache_header header{.kind = sparse ? cache_kind::sparse : cache_kind::dense,
                              .source = source,
                              .rows = set.size(),
                              .columns = set.columns,
                              .values = set.values.size(),
                              .breakpoints = lines.breaks(),
                              .settings_bytes = settings.size(),
                              .writer_bytes = version_string.size()};
    const cache_layout at = layout_of(header);
    const auto words = words_of(header, at.end);
    writer file(out);
    file.array(0, std::span<const std::uint64_t>(words));
    file.bytes(settings);
    file.bytes(version_string);
    if constexpr (sparse) {
        file.array(at.offsets, std::span<const std::uint64_t>(set.offsets));
    }
    file.array(at.labels, std::span<const double>(set.labels));
    file.array(at.breakpoints, lines.breakpoints());
    if constexpr (sparse) {
        file.array(at.indices, std::span<const feature_index>(set.indices));
    }
    file.array(at.values, std::span<const real>(set.values));
    file.array(at.checksum, std::span<const char>());
    const std::array<std::uint64_t, 1> checksum{file.checksum()};
    file.array(at.checksum, std::span<const std::uint64_t>(checksum));
}

/// The data set in the cache `path` if that was made from the regular file `source_path` as it is now, in the way that `settings` names, by
/// this version of Peccary, and is undamaged; or else why not. Nothing is copied; both files are read once, on `threads` threads.
/// Throws `data_error` when `path` is no cache at all (so that it is not overwritten) or when the source is gone, `usage_error` when the
/// source is no regular file, and `io_error`. Thread-safety: reentrant; others may replace the cache meanwhile.
inline cache_lookup find_in_cache(const std::string& path, const std::string& source_path, std::string_view settings, unsigned threads) {
    using namespace cache_detail;
    require_little_endian(path);
    const file_descriptor cache = open_file(path, O_RDONLY | O_NONBLOCK); // a pipe without a writer must not be waited for
    const int cache_failure = cache.is_open() ? 0 : errno;
    const file_descriptor source = open_file(source_path, O_RDONLY | O_NONBLOCK);
    if (!source.is_open()) {
        const int code = errno;
        if (code == ENOENT && cache.is_open()) {
            throw data_error(source_path + ": is gone, so that the cache '" + path +
                             "' cannot be checked against it; put the data back, or give its new name");
        }
        throw_io_error(source_path, "open for reading", code);
    }
    struct ::stat source_status {};
    if (::fstat(source.number(), &source_status) != 0) {
        throw_io_error(source_path, "open for reading", errno);
    }
    if (!S_ISREG(source_status.st_mode)) {
        throw usage_error(source_path +
                          ": only a regular file can have a cache, since it is read again to check that; leave the cache out");
    }
    if (cache_failure == ENOENT) {
        return {};
    }
    struct ::stat status {};
    if (cache_failure != 0 || ::fstat(cache.number(), &status) != 0) {
        throw_io_error(path, "open for reading", cache_failure != 0 ? cache_failure : errno);
    }
    mapped_file file;
    if (S_ISREG(status.st_mode)) {
        file = mapped_file(cache, static_cast<std::size_t>(status.st_size), path);
    }
    const std::string_view content = file.content();
    const bool begins_like_a_cache = content.substr(0, cache_signature.size()) == cache_signature.substr(0, content.size());
    if (!S_ISREG(status.st_mode) || !begins_like_a_cache) {
        throw data_error(path + ": is no cache of Peccary's, and is left as it is; give the cache another name");
    }
    if (std::string fault = fault_of(content); !fault.empty()) {
        return {.found = std::nullopt, .why_not = std::move(fault)};
    }
    const two_identities identities = identify(source, static_cast<std::uint64_t>(source_status.st_size), source_path,
                                               content.substr(0, content.size() - word_bytes), threads);
    return open_content(std::move(file), identities, settings, source_path, threads);
}

} // namespace peccary
