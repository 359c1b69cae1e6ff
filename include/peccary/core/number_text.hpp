// Numbers as text and back: the same in every locale, and exact both ways.
#pragma once

#include "peccary/core/from_chars.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace peccary {

/// The shortest text that `parse_number` turns into the same value.
template <class Number>
std::string format_number(Number value) {
    std::array<char, 64> digits;
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), result.ptr};
}

/// printf's "%.{digits}g" in the C locale; at most 17 digits.
inline std::string format_number(double value, int digits) {
    std::array<char, 64> text;
    const auto result = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
    return {text.data(), result.ptr};
}

/// The number that is the whole of `text`; nothing when there is anything else, or when it is out
/// of range.
template <class Number>
std::optional<Number> parse_number(std::string_view text) noexcept {
    Number value{};
    const char* const end = text.data() + text.size();
    std::from_chars_result result{};
    if constexpr (std::is_same_v<Number, double>) {
        result = double_from_chars(text.data(), end, value);
    } else {
        result = std::from_chars(text.data(), end, value);
    }
    return result.ec == std::errc{} && result.ptr == end ? std::optional(value) : std::nullopt;
}

/// Takes the first word off `text`, with the blanks before it; empty at the end.
inline std::string_view next_word(std::string_view& text) noexcept {
    constexpr std::string_view blanks = " \t\r";
    text.remove_prefix((std::min)(text.find_first_not_of(blanks), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
}

} // namespace peccary
