// A parsed data set in a file of its own, mapped into memory instead of being parsed again.
//
// Considerations. A cache is used only if the source's bytes and its own are what they were. Both
// are hashed whole, each time, by all threads. Size, inode and time of change cost nothing, but
// they lie after a restored backup, a copied directory or an edit within the clock's tick. A model
// trained on other data than its file's is an error that nobody would ever notice. With both files
// in the system's memory 80 MB cost some 10 ms with two threads.
//
// The cache is mapped, since Peccary never changes one in place. The source is read: others may
// write to it, and a mapped file that is shortened ends the program by a signal. Mapping it was
// tried and was no faster (12.5 ms against 12.4 for both files, with a slower hash, on a Xeon
// "Sapphire Rapids" virtual machine): page faults cost what copying would have.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/content_hash.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/core/mapped_file.hpp"
#include "peccary/core/types.hpp"
#include "peccary/core/version.hpp"
#include "peccary/data/format/cache_content.hpp"
#include "peccary/data/format/cache_format.hpp"
#include "peccary/data/format/cache_identities.hpp"
#include "peccary/data/format/cache_writer.hpp"
#include "peccary/data/format/cached_dataset.hpp"
#include "peccary/data/format/line_map.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>

namespace peccary {

/// Writes the data set that was read from a file with the identity `source` (hashed_source.hpp) in
/// the way that the text `settings` names. The caller commits. Throws `io_error`; `usage_error` on
/// a big-endian machine.
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

/// The data set in the cache `path`, or else why it cannot be used. The cache must be undamaged,
/// and made by this version of Peccary from the regular file `source_path` as it is now, in the way
/// that `settings` names. Nothing is copied; both files are read once, on `threads` threads.
///
/// Throws `data_error` when `path` is no cache at all (so that it is not overwritten) or when the
/// source is gone, `usage_error` when the source is no regular file, and `io_error`. Thread-safety:
/// reentrant; others may replace the cache meanwhile.
inline cache_lookup find_in_cache(const std::string& path, const std::string& source_path, std::string_view settings, unsigned threads) {
    using namespace cache_detail;
    require_little_endian(path);
    // a pipe without a writer must not be waited for
    const file_descriptor cache = open_file(path, O_RDONLY | O_NONBLOCK);
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
    const cache_identities identities = identify(source, static_cast<std::uint64_t>(source_status.st_size), source_path,
                                                 content.substr(0, content.size() - word_bytes), threads);
    return open_content(std::move(file), identities, settings, source_path, threads);
}

} // namespace peccary
