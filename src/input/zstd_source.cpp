#include "zstd_source.hpp"

#include "peccary/core/error.hpp"

#include <new>
#include <string>
#include <utility>
#include <zstd.h>

namespace peccary::input {

struct zstd_source::decompressor {
    decompressor() : context(::ZSTD_createDCtx()) {
        if (context == nullptr) {
            throw std::bad_alloc();
        }
    }
    ~decompressor() { ::ZSTD_freeDCtx(context); }
    decompressor(const decompressor&) = delete;
    decompressor& operator=(const decompressor&) = delete;

    ZSTD_DCtx* context;
};

bool zstd_source::begins_skippable_frame(std::string_view text) noexcept {
    return text.size() >= 4 && (static_cast<unsigned char>(text[0]) & 0xF0U) == 0x50U && text.substr(1, 3) == "\x2A\x4D\x18";
}

zstd_source::zstd_source(input_buffer input)
    : byte_source(input.name()), input_(std::move(input)), decompressor_(std::make_unique<decompressor>()) {}

zstd_source::~zstd_source() = default;

std::size_t zstd_source::read(std::span<char> room) {
    for (;;) {
        const std::string_view ahead = input_.look_ahead(1);
        if (ahead.empty() && !inside_frame_) {
            return 0;
        }
        ZSTD_inBuffer in{ahead.data(), ahead.size(), 0};
        ZSTD_outBuffer out{room.data(), room.size(), 0};
        // what was held back comes out without input, too
        const std::size_t left = ::ZSTD_decompressStream(decompressor_->context, &out, &in);
        if (::ZSTD_isError(left) != 0) {
            throw data_error(name() + ": the zstd stream is damaged (" + ::ZSTD_getErrorName(left) + "); copy the file again");
        }
        input_.consume(in.pos);
        inside_frame_ = left != 0;
        if (out.pos > 0) {
            return out.pos;
        }
        if (ahead.empty() && inside_frame_) {
            throw data_error(name() + ": the zstd stream ends early; the file is cut off, copy it again");
        }
    }
}

} // namespace peccary::input
