#include "read_text.hpp"

#include "open_source.hpp"
#include "peccary/core/file.hpp"
#include "peccary/data/format/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace peccary::input {

std::string read_text(const std::string& path) {
    const std::string stored = read_whole_file(path, UINT64_MAX);
    const auto source = decompressed(std::make_unique<memory_source>(stored, path));
    std::vector<char> room(std::size_t{1} << 16U);
    std::string text;
    while (const std::size_t count = source->read(room)) {
        text.append(room.data(), count);
    }
    return text;
}

} // namespace peccary::input
