#include "gzip_source.hpp"

#include "peccary/core/error.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <utility>
#include <zlib.h>

namespace peccary::input {

struct gzip_source::inflater {
    inflater() {
        constexpr int gzip_with_largest_window = 16 + MAX_WBITS;
        if (::inflateInit2(&stream, gzip_with_largest_window) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    ~inflater() { ::inflateEnd(&stream); }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;

    z_stream stream{};
};

gzip_source::gzip_source(input_buffer input)
    : byte_source(input.name()), input_(std::move(input)), inflater_(std::make_unique<inflater>()) {}

gzip_source::~gzip_source() = default;

/// False at the end of the file. Throws `data_error` if something other than a member follows.
bool gzip_source::begin_member() {
    while (!first_member_ && input_.look_ahead(1).starts_with('\0')) {
        input_.consume(std::min(input_.ahead().find_first_not_of('\0'), input_.ahead().size()));
    }
    const std::string_view ahead = input_.look_ahead(magic.size());
    if (ahead.empty()) {
        return false;
    }
    if (!ahead.starts_with(magic)) {
        throw data_error(name() + ": something that is not gzip follows the compressed data; copy the file again");
    }
    ::inflateReset(&inflater_->stream);
    first_member_ = false;
    inside_member_ = true;
    return true;
}

std::size_t gzip_source::read(std::span<char> room) {
    z_stream& stream = inflater_->stream;
    for (;;) {
        if (!inside_member_ && !begin_member()) {
            return 0;
        }
        const std::string_view ahead = input_.look_ahead(1);
        // zlib does not write through next_in; its type lacks the const unless ZLIB_CONST is
        // defined.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(ahead.data()));
        stream.avail_in = static_cast<uInt>(ahead.size());
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        const auto offered = static_cast<uInt>(std::min<std::size_t>(room.size(), std::numeric_limits<uInt>::max()));
        stream.avail_out = offered;
        const int status = ::inflate(&stream, Z_NO_FLUSH);
        input_.consume(ahead.size() - stream.avail_in);
        const std::size_t written = offered - stream.avail_out;
        if (status == Z_STREAM_END) {
            inside_member_ = false;
        } else if (status == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (status != Z_OK && status != Z_BUF_ERROR && written == 0) {
            throw data_error(name() + ": the gzip stream is damaged (" +
                             (stream.msg != nullptr ? stream.msg : "error " + std::to_string(status)) + "); copy the file again");
        }
        if (written > 0) {
            return written; // an error that came with it comes again with the next call
        }
        if (ahead.empty() && inside_member_) {
            throw data_error(name() + ": the gzip stream ends early; the file is cut off, copy it again");
        }
    }
}

} // namespace peccary::input
