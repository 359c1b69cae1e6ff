// Integer arithmetic for generated data. Floating-point would do, if compilers did not differ in
// what they contract to fused operations, and libraries in the last bit of their logarithms: the
// same bytes on every machine is the promise here.
#pragma once

#include <bit>
#include <cstdint>
#include <string>

namespace peccary::program {

/// log2(value) in units of 2^-16, rounded down; that of 0 is taken for that of 1.
constexpr std::uint32_t log2_fixed(std::uint64_t value) noexcept {
    constexpr unsigned fraction_bits = 16;
    const unsigned whole = static_cast<unsigned>(std::bit_width(value | 1U)) - 1;
    // The mantissa in [1, 2) as a number of 31 fraction bits; squaring it doubles its logarithm,
    // which yields one bit at a time.
    std::uint64_t mantissa = whole <= 31 ? value << (31 - whole) : value >> (whole - 31);
    std::uint32_t result = whole;
    for (unsigned bit = 0; bit < fraction_bits; ++bit) {
        mantissa = (mantissa * mantissa) >> 31U;
        const bool beyond_two = (mantissa >> 32U) != 0;
        result = (result << 1U) | static_cast<std::uint32_t>(beyond_two);
        mantissa >>= static_cast<unsigned>(beyond_two);
    }
    return result;
}

/// The largest integer whose square is at most `value`.
constexpr std::uint64_t square_root(std::uint64_t value) noexcept {
    std::uint64_t root = 0;
    for (std::uint64_t bit = std::uint64_t{1} << 31U; bit != 0; bit >>= 1U) {
        const std::uint64_t trial = root | bit;
        root = trial * trial <= value ? trial : root;
    }
    return root;
}

/// Appends millionths as a decimal number without needless zeros: 250000 as "0.25", -3000000 as
/// "-3".
inline void append_millionths(std::string& text, std::int64_t millionths) {
    constexpr std::uint64_t unit = 1'000'000;
    const auto magnitude = millionths < 0 ? 0 - static_cast<std::uint64_t>(millionths) : static_cast<std::uint64_t>(millionths);
    text += millionths < 0 ? "-" : "";
    text += std::to_string(magnitude / unit);
    if (magnitude % unit != 0) {
        // a 1 in front keeps the leading zeros
        std::string digits = std::to_string(unit + magnitude % unit);
        digits.erase(digits.find_last_not_of('0') + 1);
        digits[0] = '.';
        text += digits;
    }
}

static_assert(log2_fixed(1) == 0 && log2_fixed(8) == 3U << 16U && log2_fixed(3) == 103872);
static_assert(square_root(0) == 0 && square_root(99) == 9 && square_root(UINT64_MAX) == 0xFFFF'FFFFU);

} // namespace peccary::program
