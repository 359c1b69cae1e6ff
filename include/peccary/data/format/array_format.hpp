// What the header of a file with one array of numbers says, and how such a file is read: in pieces
// whose sizes are known beforehand.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/data/format/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

enum class element_type : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, f32, f64 };

/// How the elements lie in the file, behind the header.
struct array_format {
    element_type element = element_type::u8;
    bool big_endian = false;
    bool column_major = false;        ///< the first extent is the fastest; else the last one
    std::vector<std::uint64_t> shape; ///< the first extent counts the rows
};

/// Reads pieces of a source and knows where it stands. Thread-safety: none.
class exact_reader {
public:
    explicit exact_reader(byte_source& source) : source_(&source) {}

    /// Fills `room`, or throws `data_error` since the file ends within `what`.
    void fill(std::span<char> room, std::string_view what) {
        for (std::size_t filled = 0; filled < room.size();) {
            const std::size_t count = source_->read(room.subspan(filled));
            if (count == 0) {
                throw data_error(source_->name() + ": ends after " + std::to_string(read_ + filled) + " bytes, within " +
                                 std::string(what) + "; the file is cut short: copy or download it anew");
            }
            filled += count;
        }
        read_ += room.size();
    }

    /// Throws `data_error` if anything follows.
    void require_end() {
        char more = 0;
        if (source_->read(std::span(&more, 1)) != 0) {
            fail("goes on behind the array, which ends after " + std::to_string(read_) + " bytes; give a file that holds one array only");
        }
    }

    [[noreturn]] void fail(const std::string& what_and_remedy) const { throw data_error(source_->name() + ": " + what_and_remedy); }

private:
    byte_source* source_;
    std::uint64_t read_ = 0;
};

} // namespace peccary
