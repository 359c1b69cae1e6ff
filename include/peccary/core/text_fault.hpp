// What a reader finds wrong in a text, and how it words it.
#pragma once

#include "peccary/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace peccary {

/// The first thing wrong in a block of text. Kept as a value while other blocks are still being
/// parsed; thrown when it is known to be the first.
struct text_fault {
    std::uint64_t line = 0;      ///< from 1
    std::uint64_t column = 0;    ///< from 1, in bytes
    std::string what_and_remedy; ///< "what is wrong; what to do"
};

/// Throws `data_error` "file:line:column: what is wrong; what to do" for a fault in a block that
/// has `lines_before` lines before it.
[[noreturn]] inline void throw_fault(const std::string& file, std::uint64_t lines_before, const text_fault& fault) {
    throw data_error(file + ":" + std::to_string(lines_before + fault.line) + ":" + std::to_string(fault.column) + ": " +
                     fault.what_and_remedy);
}

/// Text from a file for a message: in quotes, shortened, bytes that are no printable ASCII as \xNN.
inline std::string quoted_text(std::string_view text) {
    constexpr std::size_t longest = 40;
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    std::string result = "'";
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            result += c;
        } else {
            result += {'\\', 'x', hexadecimal[byte / 16], hexadecimal[byte % 16]};
        }
    }
    return result + (text.size() > longest ? "...'" : "'");
}

/// some editors begin UTF-8 files with it; readers skip it
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

} // namespace peccary
