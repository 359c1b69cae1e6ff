// Where the readers get their bytes: a file, standard input, memory, or (in the program) a
// decompressor over one of them.
#pragma once

#include "peccary/core/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace peccary {

/// A stream of bytes that is read once, front to back.
/// Thread-safety: none; `text_blocks` serialises the calls of several threads.
class byte_source {
public:
    explicit byte_source(std::string name) : name_(std::move(name)) {}
    byte_source(const byte_source&) = delete;
    byte_source& operator=(const byte_source&) = delete;
    virtual ~byte_source() = default;

    /// What messages call it: the path as the user gave it, or "<stdin>".
    const std::string& name() const noexcept { return name_; }

    /// Fills the front of `room` (not empty) and returns how many bytes it wrote: at least one, or
    /// 0 at the end and ever after.
    /// Throws `io_error` when reading fails and `data_error` when a compressed stream is damaged;
    /// both name the source.
    virtual std::size_t read(std::span<char> room) = 0;

private:
    std::string name_;
};

/// A file, a pipe or, for the path "-", standard input. The descriptor is closed with the source,
/// except that of standard input.
class file_source final : public byte_source {
public:
    /// Throws `io_error` when the path cannot be opened or is a directory.
    explicit file_source(const std::string& path) : byte_source(path == "-" ? "<stdin>" : path) {
        if (path != "-") {
            do {
                descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
            } while (descriptor_ < 0 && errno == EINTR);
            if (descriptor_ < 0) {
                fail("cannot be opened", "check the path and its permissions");
            }
        }
        struct stat status {};
        if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
            close();
            throw io_error(name() + ": is a directory; name a data file");
        }
    }
    ~file_source() override { close(); }

    std::size_t read(std::span<char> room) override {
        for (;;) {
            const ssize_t count = ::read(descriptor_, room.data(), room.size());
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno != EINTR) {
                fail("cannot be read", "check the disk or the process that feeds the pipe");
            }
        }
    }

private:
    void close() noexcept {
        if (descriptor_ != STDIN_FILENO) {
            ::close(descriptor_);
        }
    }

    [[noreturn]] void fail(std::string_view what, std::string_view remedy) const {
        throw io_error(name() + ": " + std::string(what) + " (" + std::generic_category().message(errno) + "); " + std::string(remedy));
    }

    int descriptor_ = STDIN_FILENO;
};

/// Text that is in memory already; the caller keeps it alive.
class memory_source final : public byte_source {
public:
    explicit memory_source(std::string_view text, std::string name = "<memory>") : byte_source(std::move(name)), rest_(text) {}

    std::size_t read(std::span<char> room) override {
        const std::size_t count = (std::min)(room.size(), rest_.size());
        std::ranges::copy(rest_.substr(0, count), room.begin());
        rest_.remove_prefix(count);
        return count;
    }

private:
    std::string_view rest_;
};

} // namespace peccary
