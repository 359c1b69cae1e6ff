// A byte source with a look ahead: what the decompressors read from.
#pragma once

#include "peccary/data/format/byte_source.hpp"

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary::input {

class input_buffer {
public:
    explicit input_buffer(std::unique_ptr<byte_source> source) : source_(std::move(source)), buffer_(buffer_bytes) {}

    const std::string& name() const noexcept { return source_->name(); }

    /// The bytes that were read and not consumed.
    std::string_view ahead() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }

    /// Reads until at least `count` bytes (at most `buffer_bytes`) are ahead; fewer only at the
    /// end. Throws what the source throws.
    std::string_view look_ahead(std::size_t count) {
        if (ahead().size() < count && begin_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        while (ahead().size() < count) {
            const std::size_t fresh = source_->read(std::span(buffer_).subspan(end_));
            if (fresh == 0) {
                break;
            }
            end_ += fresh;
        }
        return ahead();
    }

    void consume(std::size_t count) noexcept { begin_ += count; }

    /// Reads past the buffer; only when nothing is ahead.
    std::size_t read(std::span<char> room) { return source_->read(room); }

    static constexpr std::size_t buffer_bytes = std::size_t{1} << 17U;

private:
    std::unique_ptr<byte_source> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace peccary::input
