// A file's content as memory: pages come from the system's file cache when they are touched, and
// nothing is copied.
#pragma once

#include "peccary/core/file.hpp"

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <utility>

namespace peccary {

/// Reads only. The content stays what it was when the path is given to another file (as
/// core/atomic_file.hpp does), or deleted; but if another program changes or shortens the very
/// file, so does the content, and touching what is no longer there raises SIGBUS.
/// Thread-safety: reading from any number of threads.
class mapped_file {
public:
    mapped_file() = default;

    /// Maps the first `bytes` bytes of an open regular file, which has as many and may be closed
    /// afterwards; `path` is for the message.
    /// Throws `io_error`.
    mapped_file(const file_descriptor& file, std::size_t bytes, const std::string& path) {
        if (bytes == 0) {
            return; // there is no mapping of nothing
        }
        void* const memory = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (memory == MAP_FAILED) {
            throw_io_error(path, "map into memory", errno);
        }
        content_ = {static_cast<const char*>(memory), bytes};
    }
    mapped_file(mapped_file&& other) noexcept : content_(std::exchange(other.content_, {})) {}
    mapped_file& operator=(mapped_file&& other) noexcept {
        std::swap(content_, other.content_);
        return *this;
    }
    ~mapped_file() {
        if (!content_.empty()) {
            ::munmap(const_cast<char*>(content_.data()), content_.size());
        }
    }

    /// Begins at the start of a page. Moving the object leaves it where it is.
    std::string_view content() const noexcept { return content_; }

private:
    std::string_view content_;
};

} // namespace peccary
