#include "open_source.hpp"

#include "gzip_source.hpp"
#include "input_buffer.hpp"
#include "zstd_source.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace peccary::input {

namespace {

/// Text that is not compressed: first what was looked at, then the source itself.
class plain_source final : public byte_source {
public:
    explicit plain_source(input_buffer input) : byte_source(input.name()), input_(std::move(input)) {}

    std::size_t read(std::span<char> room) override {
        const std::string_view ahead = input_.ahead();
        if (ahead.empty()) {
            return input_.read(room);
        }
        const std::size_t count = std::min(ahead.size(), room.size());
        std::ranges::copy(ahead.substr(0, count), room.begin());
        input_.consume(count);
        return count;
    }

private:
    input_buffer input_;
};

} // namespace

std::unique_ptr<byte_source> decompressed(std::unique_ptr<byte_source> source) {
    input_buffer input(std::move(source));
    const std::string_view ahead = input.look_ahead(4);
    if (ahead.starts_with(gzip_source::magic)) {
        return std::make_unique<gzip_source>(std::move(input));
    }
    if (ahead.starts_with(zstd_source::magic) || zstd_source::begins_skippable_frame(ahead)) {
        return std::make_unique<zstd_source>(std::move(input));
    }
    return std::make_unique<plain_source>(std::move(input));
}

std::unique_ptr<byte_source> open_source(const std::string& path) { return decompressed(std::make_unique<file_source>(path)); }

} // namespace peccary::input
