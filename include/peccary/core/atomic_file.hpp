// A file that appears whole or not at all: whoever opens the path sees the old content or the new,
// even if the writer is killed.
//
// Considerations. Everything goes to a temporary name in the same directory (a rename across file
// systems is a copy, and not atomic); the data are synced before the rename, or else a power cut
// could leave the new name with no content; the directory is synced after it, or else the old
// content could come back. A killed writer leaves at most its one temporary, NAME.<16 hex
// digits>.tmp, to be deleted.
// An unnamed file (O_TMPFILE, linkat) would leave none, but cannot replace an existing name and is
// not to be had on every file system.
#pragma once

#include "peccary/core/file.hpp"
#include "peccary/core/random.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace peccary {

/// Construct, `write` any number of times, `commit`. Without the commit, or when anything throws,
/// the destination stays as it was.
///
/// - An existing file keeps its permissions, and its owner and group where the process may set
///   them; a new one has 0666 less the umask. An existing file that the process may not write is an
///   error, although its directory would allow to replace it.
/// - A symbolic link stays; what it leads to is replaced, or created.
/// - Pipes, terminals and other devices are written directly, and so are /dev/stdout, /dev/stderr,
///   /dev/fd/N and /proc/self/fd/N whatever is behind them: there is no old content to protect, and
///   output before and after stays in order.
///
/// All members throw `io_error` naming the path, the operation and the system's reason. A limit on
/// file sizes (RLIMIT_FSIZE) and a closed pipe are reported so only where the program ignores
/// SIGXFSZ and SIGPIPE; their default is to end it, which the destination survives too.
/// Thread-safety: none for one object; several threads or processes may write the same path, and
/// the last to commit wins.
class atomic_file {
public:
    explicit atomic_file(std::string path) : path_(std::move(path)) {
        if (path_.empty()) {
            throw io_error("the file to write has an empty name; give it one");
        }
        if (const int inherited = inherited_descriptor(path_); inherited >= 0) {
            file_ = file_descriptor(::fcntl(inherited, F_DUPFD_CLOEXEC, 0));
            check(file_.is_open(), "open for writing");
            return;
        }
        struct ::stat existing {};
        const bool exists = ::stat(path_.c_str(), &existing) == 0;
        check(exists || errno == ENOENT, "open for writing");
        if (exists && S_ISDIR(existing.st_mode)) {
            throw_io_error(path_, "open for writing", EISDIR);
        }
        if (exists && !S_ISREG(existing.st_mode)) {
            file_ = open_file(path_, O_WRONLY | O_NOCTTY);
            check(file_.is_open(), "open for writing");
            return;
        }
        check(!exists || ::faccessat(AT_FDCWD, path_.c_str(), W_OK, AT_EACCESS) == 0, "replace");
        target_ = follow_links(path_);
        create_temporary();
        if (exists) {
            // The owner first: changing it clears mode bits. Only root may give files away, so a
            // refusal is no failure.
            const bool same_owner = ::fchown(file_.number(), existing.st_uid, existing.st_gid) == 0;
            // another group must not gain what the old one had
            const ::mode_t shared = same_owner ? 0777 : 0707;
            if (::fchmod(file_.number(), existing.st_mode & shared) != 0) {
                const int code = errno;
                discard();
                throw_io_error(path_, "set the permissions of its replacement", code);
            }
        }
    }

    atomic_file(const atomic_file&) = delete;
    atomic_file& operator=(const atomic_file&) = delete;
    ~atomic_file() { discard(); }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t count = (std::min)(bytes.size(), buffer_.size() - filled_);
            std::copy_n(bytes.data(), count, buffer_.data() + filled_);
            filled_ += count;
            bytes.remove_prefix(count);
            if (filled_ == buffer_.size()) {
                flush();
            }
        }
    }

    /// Makes everything written so far the content of the destination. To be called once, last.
    void commit() {
        flush();
        // Devices and some network file systems cannot sync, and say so with EINVAL, ENOTSUP or
        // EROFS.
        check(::fsync(file_.number()) == 0 || cannot_sync(errno), "sync");
        const int closed = file_.close();
        if (closed != 0) {
            throw_io_error(path_, "write", closed);
        }
        if (temporary_.empty()) {
            return;
        }
        // before the call, so that nothing touches errno after it
        const std::string operation = "rename '" + temporary_ + "' to it";
        check(::rename(temporary_.c_str(), target_.c_str()) == 0, operation);
        temporary_.clear();
        // A directory that may be written but not read cannot be opened, and so not be synced.
        const file_descriptor directory = open_file(directory_of(target_), O_RDONLY | O_DIRECTORY);
        check(!directory.is_open() || ::fsync(directory.number()) == 0 || cannot_sync(errno), "sync the directory after replacing it");
    }

private:
    static bool cannot_sync(int code) noexcept { return code == EINVAL || code == ENOTSUP || code == EROFS; }

    void check(bool done, std::string_view operation) const {
        if (!done) {
            throw_io_error(path_, operation, errno);
        }
    }

    void flush() {
        std::size_t written = 0;
        while (written < filled_) {
            const ::ssize_t count = ::write(file_.number(), buffer_.data() + written, filled_ - written);
            check(count >= 0 || errno == EINTR, "write");
            written += count > 0 ? static_cast<std::size_t>(count) : 0;
        }
        filled_ = 0;
    }

    void discard() noexcept {
        file_.close();
        if (!temporary_.empty()) {
            ::unlink(temporary_.c_str());
            temporary_.clear();
        }
    }

    /// The N of a path that stands for the process's own descriptor N; -1 for any other path.
    static int inherited_descriptor(std::string_view path) noexcept {
        if (path == "/dev/stdout") {
            return STDOUT_FILENO;
        }
        if (path == "/dev/stderr") {
            return STDERR_FILENO;
        }
        for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
            int number = -1;
            if (path.starts_with(folder)) {
                const auto [end, status] = std::from_chars(path.data() + folder.size(), path.data() + path.size(), number);
                return status == std::errc{} && end == path.data() + path.size() ? number : -1;
            }
        }
        return -1;
    }

    static std::string directory_of(const std::string& path) {
        const std::size_t slash = path.rfind('/');
        return slash == std::string::npos ? "." : path.substr(0, slash + 1);
    }

    /// The path that a chain of links ends in, whether it exists or not. (`realpath` needs it to
    /// exist.)
    static std::string follow_links(const std::string& path) {
        constexpr int most_links = 40; // what Linux follows
        std::string target = path;
        for (int links = 0; links < most_links; ++links) {
            std::array<char, PATH_MAX> next{};
            const ::ssize_t length = ::readlink(target.c_str(), next.data(), next.size());
            if (length < 0) {
                return target; // not a link, or nothing there
            }
            const std::string_view link(next.data(), static_cast<std::size_t>(length));
            target = link.starts_with('/') ? std::string(link) : directory_of(target) + "/" + std::string(link);
        }
        throw_io_error(path, "follow its links", ELOOP);
    }

    void create_temporary() {
        constexpr std::size_t longest_stem = 200; // names have at most 255 bytes
        constexpr int most_attempts = 100;
        static std::atomic<std::uint64_t> serial{0};
        const std::string directory = directory_of(target_);
        const std::size_t base = target_.rfind('/') + 1; // npos + 1 is 0
        const std::string stem = (base == 0 ? std::string() : directory) + target_.substr(base, longest_stem) + ".";
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            // Relaxed: the number need only differ from other threads'.
            const std::uint64_t key = mix(mix(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count())) ^
                                          static_cast<std::uint64_t>(::getpid())) +
                                      serial.fetch_add(1, std::memory_order_relaxed);
            std::string name = stem + hexadecimal(mix(key)) + ".tmp";
            // O_CREAT applies the umask (and the directory's default access list), which mkstemp
            // does not.
            file_ = open_file(name, O_WRONLY | O_CREAT | O_EXCL, 0666);
            if (file_.is_open()) {
                temporary_ = std::move(name);
                return;
            }
            check(errno == EEXIST, "create a temporary file next to it");
        }
        throw_io_error(path_, "create a temporary file next to it", EEXIST);
    }

    static std::string hexadecimal(std::uint64_t word) {
        std::string digits(16, '0');
        for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, word >>= 4U) {
            *digit = "0123456789abcdef"[word & 15U];
        }
        return digits;
    }

    std::string path_;      ///< as given, for messages
    std::string target_;    ///< behind the links
    std::string temporary_; ///< empty once renamed, and for what is written directly
    file_descriptor file_;
    std::array<char, std::size_t{1} << 16U> buffer_;
    std::size_t filled_ = 0;
};

/// Replaces the content of `path` by `bytes`, or throws `io_error` and leaves it as it was.
inline void write_file_atomically(const std::string& path, std::string_view bytes) {
    atomic_file file(path);
    file.write(bytes);
    file.commit();
}

} // namespace peccary
