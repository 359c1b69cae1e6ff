// One block of LIBSVM text to rows, by a fast parser where it can and by a careful one elsewhere.
#pragma once

#include "peccary/core/text_fault.hpp"
#include "peccary/data/format/libsvm_careful_row.hpp"
#include "peccary/data/format/libsvm_chunk.hpp"
#include "peccary/data/format/libsvm_plain_row.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>

namespace peccary {

/// Thread-safety: reentrant.
class libsvm_block_parser {
public:
    libsvm_block_parser(index_base base, feature_limit limit) : base_(base), limit_(limit) {}

    libsvm_chunk parse(const text_block& block) const {
        using namespace libsvm_detail;
        const std::string_view text = block.text();
        libsvm_chunk chunk;
        chunk.reserve(text);
        const char* line = text.data();
        const char* const end = line + text.size();
        if (block.sequence() == 0 && text.starts_with(byte_order_mark)) {
            line += byte_order_mark.size();
        }
        for (const char* line_begin = text.data(); line != end; line_begin = line) {
            ++chunk.lines;
            const char* next = parse_plain_row(line, base_, limit_, chunk);
            if (next == nullptr) {
                next = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line))) + 1;
                careful_row_parser(base_, limit_, chunk).parse(line_begin, line, next - 1);
                if (chunk.failed()) {
                    break;
                }
            }
            line = next;
        }
        return chunk;
    }

private:
    index_base base_;
    feature_limit limit_;
};

} // namespace peccary
