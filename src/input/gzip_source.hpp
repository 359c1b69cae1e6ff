// A gzip file, one member or several, as a byte source.
#pragma once

#include "input_buffer.hpp"
#include "peccary/data/format/byte_source.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace peccary::input {

/// Zero bytes behind the last member, with which tape and block devices pad, are skipped; anything
/// else behind it is damage.
class gzip_source final : public byte_source {
public:
    static constexpr std::string_view magic = "\x1F\x8B";

    /// Throws `std::bad_alloc`.
    explicit gzip_source(input_buffer input);
    ~gzip_source() override;

    /// Throws `data_error` naming the file if the stream is damaged or ends early, after all bytes
    /// before the damage were given.
    std::size_t read(std::span<char> room) override;

private:
    struct inflater;

    bool begin_member();

    input_buffer input_;
    std::unique_ptr<inflater> inflater_;
    bool inside_member_ = false;
    bool first_member_ = true;
};

} // namespace peccary::input
