// Decimal numbers from padded text: a fast path without a loop over the digits, and std::from_chars
// for the rest.
#pragma once

#include "peccary/core/from_chars.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace peccary {

/// Considerations. Reading whole LIBSVM files on one core of a Sapphire Rapids Xeon (gcc 12, -O3
/// without -march) took, in ns of processor time per entry, for text like "41234:0.0472036", "73:1"
/// and "9:-0.733333":
///   loops over single digits                                                  23.6  13.3  26
///   words for every run of digits: count its digits, then value them at once  30    24    33
///   one SSE2 mask for all places of an entry, then words for the values       22.0  19    25
///   loops for index and integer part, words for the fraction (as it is)       21.7  13.9  21.7
/// Short runs of digits are cheap in a loop: the core guesses their length and goes on, while
/// counting makes every number wait for the end of the one before. Fractions are long, and their
/// lengths hard to guess.
///
/// All functions read text that ends in a byte which cannot belong to a number (a newline, say) and
/// is followed by `number_padding` readable bytes. None depends on the locale, allocates or throws.
/// Thread-safety: all.
inline constexpr std::size_t number_padding = 8;

enum class number_fault : std::uint8_t {
    none,
    malformed, ///< no decimal number
    nan,       ///< "nan" in any case
    infinite,  ///< "inf" or "infinity" in any case
    overflow,  ///< a number beyond the largest finite one
};

struct parsed_real {
    double value = 0;
    /// one past the number's last byte, also after a fault other than `malformed`
    const char* end = nullptr;
    number_fault fault = number_fault::none;
};

struct parsed_unsigned {
    std::uint64_t value = 0;
    const char* end = nullptr; ///< one past the last digit, also after an overflow
    number_fault fault = number_fault::none;
};

/// Eight bytes of text; the first one is the lowest, whatever the machine's byte order.
inline std::uint64_t load_word(const char* text) noexcept {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&word, text, sizeof(word));
    } else {
        for (unsigned byte = 0; byte < sizeof(word); ++byte) {
            word |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[byte])) << (8 * byte);
        }
    }
    return word;
}

/// How many of the word's bytes, from the first, are decimal digits: 0 to 8.
constexpr unsigned leading_digits(std::uint64_t word) noexcept {
    // A byte that is a digit becomes 0 to 9 and stays below 128 when 118 is added; any other does
    // not, or was 128 or more to begin with.
    // A carry out of such a byte only reaches bytes behind it.
    const std::uint64_t digits = word ^ 0x3030'3030'3030'3030U;
    const std::uint64_t others = ((digits + 0x7676'7676'7676'7676U) | digits) & 0x8080'8080'8080'8080U;
    return static_cast<unsigned>(std::countr_zero(others)) / 8;
}

/// The value of the word's first `count` bytes, which are digits.
constexpr std::uint64_t digits_value(std::uint64_t word, unsigned count) noexcept {
    // Two shifts, since one of 64 bits would be undefined. The digits move to the top and zeros
    // come in as leading digits; then neighbours are joined to pairs, pairs to fours and fours to
    // eight by multiplication.
    word = ((word ^ 0x3030'3030'3030'3030U) << (4 * (8 - count))) << (4 * (8 - count));
    word = word * 10 + (word >> 8U);
    constexpr std::uint64_t mask = 0x0000'00FF'0000'00FFU;
    return (((word & mask) * (100 + (std::uint64_t{1'000'000} << 32U))) +
            (((word >> 16U) & mask) * (1 + (std::uint64_t{10'000} << 32U)))) >>
           32U;
}

namespace number_detail {

/// 10^0 to 10^18, exact in a double (as all up to 10^22 are).
inline constexpr std::array<double, 19> exact_powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                            1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
inline constexpr std::array<std::uint64_t, 9> powers_of_ten{1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

inline constexpr std::uint64_t largest_exact_mantissa = std::uint64_t{1} << 53U;

constexpr bool is_digit(char c) noexcept { return static_cast<unsigned char>(c - '0') < 10; }
constexpr char lower(char c) noexcept { return static_cast<char>(c | 0x20); }

/// True if the text starts with `word`, which is given in lower case; stops at the first
/// difference.
constexpr bool starts_with(const char* text, std::string_view word) noexcept {
    for (const char c : word) {
        if (lower(*text++) != c) {
            return false;
        }
    }
    return true;
}

/// A power of ten p with 10^(p-1) <= the number < 10^p, if the number has a digit other than 0;
/// clamped far outside the range of a double.
inline long decimal_magnitude(std::string_view digits, long exponent) noexcept {
    long magnitude = 0;
    bool significant = false;
    bool fraction = false;
    for (const char c : digits) {
        if (c == '.') {
            fraction = true;
        } else {
            significant = significant || c != '0';
            magnitude += (significant && !fraction) ? 1 : (!significant && fraction) ? -1 : 0;
        }
    }
    return magnitude + exponent;
}

/// The whole grammar: [+-] digits [. digits] [e [+-] digits], at least one digit before the
/// exponent; and nan, inf, infinity.
[[gnu::noinline]] inline parsed_real parse_any_real(const char* text) noexcept {
    const char* p = text;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') {
        ++p;
    }
    if (starts_with(p, "nan")) {
        return {0, p + 3, number_fault::nan};
    }
    if (starts_with(p, "inf")) {
        return {0, p + (starts_with(p + 3, "inity") ? 8 : 3), number_fault::infinite};
    }
    const char* const digits = p;
    std::size_t count = 0;
    while (is_digit(*p)) {
        ++p;
        ++count;
    }
    if (*p == '.') {
        ++p;
        while (is_digit(*p)) {
            ++p;
            ++count;
        }
    }
    if (count == 0) {
        return {0, p, number_fault::malformed};
    }
    const char* const digits_end = p;
    long exponent = 0;
    if (lower(*p) == 'e') {
        ++p;
        const bool below_one = *p == '-';
        if (*p == '-' || *p == '+') {
            ++p;
        }
        if (!is_digit(*p)) {
            return {0, p, number_fault::malformed};
        }
        // more than any count of digits in memory
        constexpr long clamp = (std::numeric_limits<long>::max)() / 16;
        for (; is_digit(*p); ++p) {
            exponent = exponent < clamp ? exponent * 10 + (*p - '0') : clamp;
        }
        exponent = below_one ? -exponent : exponent;
    }
    double value = 0;
    if (double_from_chars(digits, p, value).ec == std::errc::result_out_of_range) {
        if (decimal_magnitude({digits, digits_end}, exponent) > 0) {
            return {0, p, number_fault::overflow};
        }
        value = 0; // below the smallest double: the nearest one is 0
    }
    return {negative ? -value : value, p, number_fault::none};
}

} // namespace number_detail

/// The double nearest to a decimal number, ties to even; what follows the number is the caller's to
/// judge. A real (float) is made of it by rounding once more, so it is the float nearest to the
/// nearest double: in a decimal of 9 significant digits or fewer, as floats are printed, that is
/// the float that was printed. Values below the smallest double become 0.
///
/// Fast path (Clinger 1990): if the digits without the point are an integer up to 2^53 and at most
/// 22 of them follow the point, both that integer and the power of ten are exact doubles, and their
/// quotient is correctly rounded by the hardware's one division.
inline parsed_real parse_real(const char* text) noexcept {
    const char* p = text;
    const bool negative = *p == '-';
    p += static_cast<std::ptrdiff_t>(negative || *p == '+');
    const char* const first = p;
    std::uint64_t mantissa = 0; // wraps around when there are too many digits, which are counted
    for (; number_detail::is_digit(*p); ++p) {
        mantissa = mantissa * 10 + static_cast<unsigned char>(*p - '0');
    }
    std::ptrdiff_t digits = p - first;
    std::size_t fraction = 0;
    if (*p == '.') {
        ++p;
        unsigned more = 0;
        do {
            const std::uint64_t word = load_word(p);
            more = leading_digits(word);
            mantissa = mantissa * number_detail::powers_of_ten[more] + digits_value(word, more);
            p += more;
            fraction += more;
        } while (more == 8);
        digits += static_cast<std::ptrdiff_t>(fraction);
    }
    constexpr std::ptrdiff_t most_digits = 18; // fit into 64 bits
    if (digits == 0 || digits > most_digits || mantissa > number_detail::largest_exact_mantissa || number_detail::lower(*p) == 'e') {
        return number_detail::parse_any_real(text);
    }
    const double magnitude = static_cast<double>(static_cast<std::int64_t>(mantissa)) / number_detail::exact_powers_of_ten[fraction];
    return {negative ? -magnitude : magnitude, p, number_fault::none};
}

/// A run of decimal digits without a sign. `overflow` beyond 2^64 - 1.
inline parsed_unsigned parse_unsigned(const char* text) noexcept {
    const char* end = text;
    while (number_detail::is_digit(*end)) {
        ++end;
    }
    std::uint64_t value = 0;
    const std::errc problem = std::from_chars(text, end, value).ec;
    return {value, end,
            problem == std::errc{}                   ? number_fault::none
            : problem == std::errc::invalid_argument ? number_fault::malformed
                                                     : number_fault::overflow};
}

/// True if rounding to a `float` gives a finite one: |value| is below the midpoint of the largest
/// float and 2^128.
inline bool fits_real(double value) noexcept { return std::abs(value) < 0x1.FFFFFFp127; }

/// A whole argument or field as a number; nothing if it is anything else. Allocates: not for inner
/// loops.
inline std::optional<double> real_from_text(std::string_view text) {
    std::string padded(text);
    padded.append(number_padding + 1, '\0');
    const parsed_real number = parse_real(padded.c_str());
    if (number.fault != number_fault::none || number.end != padded.c_str() + text.size()) {
        return std::nullopt;
    }
    return number.value;
}

} // namespace peccary
