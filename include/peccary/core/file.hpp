// POSIX files for the library: a descriptor that closes itself, errors that name path, operation
// and cure, and reading a file whole.
#pragma once

#include "peccary/core/error.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <new>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace peccary {

/// What a user can do about a failed system call on a file.
inline std::string_view file_advice(int code) noexcept {
    switch (code) {
    case EACCES:
    case EPERM:
        return "check the permissions of the file and of its directory, or choose another place";
    case EROFS:
        return "the file system is mounted read-only; choose another place";
    case ENOENT:
        return "check the name; a directory on the way must exist already";
    case ENOTDIR:
        return "check the name; something on the way is not a directory";
    case EISDIR:
        return "name a file, not a directory";
    case ENAMETOOLONG:
        return "choose a shorter name";
    case ELOOP:
        return "the symbolic links lead in a circle; name the file itself";
    case ENOSPC:
    case EDQUOT:
        return "free some space there, or choose another place";
    case EFBIG:
        return "raise the limit on file sizes ('ulimit -f'), or choose a file system that allows larger files";
    case EMFILE:
    case ENFILE:
        return "close some files, or raise the limit on open files ('ulimit -n')";
    case EPIPE:
        return "whoever reads the other end has gone; keep it running until the end";
    case EIO:
        return "the device reports a fault; see the system's log, and choose another place";
    default:
        return "check that the file system is in order, or choose another place";
    }
}

/// Throws the `io_error` of a system call that failed with `code` (a value of errno) while it did
/// `operation` ("write", "rename") on `path`.
[[noreturn]] inline void throw_io_error(const std::string& path, std::string_view operation, int code) {
    throw io_error(path + ": cannot " + std::string(operation) + ": " + std::generic_category().message(code) + "; " +
                   std::string(file_advice(code)));
}

/// Owns a descriptor, or none (-1). Thread-safety: none.
class file_descriptor {
public:
    file_descriptor() noexcept = default;
    explicit file_descriptor(int number) noexcept : number_(number) {}
    file_descriptor(file_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    file_descriptor& operator=(file_descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~file_descriptor() { close(); }

    int number() const noexcept { return number_; }
    bool is_open() const noexcept { return number_ >= 0; }

    /// Returns 0 or errno: some file systems (NFS, quotas) report a failed write only here.
    int close() noexcept {
        const int number = std::exchange(number_, -1);
        // After EINTR the descriptor is gone on Linux, and a second close could hit another
        // thread's new file.
        return number >= 0 && ::close(number) != 0 && errno != EINTR ? errno : 0;
    }

private:
    int number_ = -1;
};

/// `open` that is never inherited by a child program and that outlives signals; -1 and errno on
/// failure.
inline file_descriptor open_file(const std::string& path, int flags, ::mode_t mode = 0) noexcept {
    int number = -1;
    do {
        number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    } while (number < 0 && errno == EINTR);
    return file_descriptor(number);
}

/// The content of a file, a pipe or a device up to its end. Allocates what a regular file holds, or
/// else as the bytes arrive.
/// Throws `io_error` when it cannot be read or does not fit into memory, `data_error` when it has
/// more than `most_bytes`.
/// Thread-safety: reentrant.
inline std::string read_whole_file(const std::string& path, std::uint64_t most_bytes) try {
    const file_descriptor file = open_file(path, O_RDONLY);
    struct ::stat status {};
    if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
        throw_io_error(path, "open for reading", errno);
    }
    const auto check_size = [&](std::uint64_t size) {
        if (size > most_bytes) {
            throw data_error(path + ": more than " + std::to_string(most_bytes) + " bytes; check that this is the right file");
        }
    };
    constexpr std::size_t chunk = 1U << 16U;
    std::string content;
    std::size_t filled = 0;
    if (S_ISREG(status.st_mode)) {
        check_size(static_cast<std::uint64_t>(status.st_size));
        // one more, so that the end shows without growing
        content.resize(static_cast<std::size_t>(status.st_size) + 1);
    }
    while (true) {
        if (filled == content.size()) {
            content.resize(filled + (filled < chunk ? chunk : filled));
        }
        const ::ssize_t count = ::read(file.number(), content.data() + filled, content.size() - filled);
        if (count == 0) {
            break;
        }
        if (count < 0 && errno != EINTR) {
            throw_io_error(path, "read", errno);
        }
        filled += count > 0 ? static_cast<std::size_t>(count) : 0;
        check_size(filled);
    }
    content.resize(filled);
    return content;
} catch (const std::bad_alloc&) {
    throw io_error(path + ": cannot read: it does not fit into memory; check that this is the right file, or use a larger machine");
}

} // namespace peccary
