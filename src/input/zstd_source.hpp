// A zstd file, one frame or several, as a byte source.
#pragma once

#include "input_buffer.hpp"
#include "peccary/data/format/byte_source.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace peccary::input {

class zstd_source final : public byte_source {
public:
    static constexpr std::string_view magic = "\x28\xB5\x2F\xFD";

    /// True for the magic number of a skippable frame, with which parallel compressors begin.
    static bool begins_skippable_frame(std::string_view text) noexcept;

    /// Throws `std::bad_alloc`.
    explicit zstd_source(input_buffer input);
    ~zstd_source() override;

    /// Throws `data_error` naming the file if the stream is damaged or ends early. (Up to a block
    /// of the bytes before the damage may be lost.)
    std::size_t read(std::span<char> room) override;

private:
    struct decompressor;

    input_buffer input_;
    std::unique_ptr<decompressor> decompressor_;
    bool inside_frame_ = false;
};

} // namespace peccary::input
