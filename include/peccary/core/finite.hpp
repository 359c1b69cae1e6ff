// Whether a number is finite, also where the compiler assumes that all are (-ffast-math).
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace peccary {

namespace finite_detail {

/// The same bits, of which a compiler that assumes finite numbers knows nothing.
template <class Bits>
constexpr Bits as_they_are(Bits bits) noexcept {
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ && defined(__GNUC__)
    if (!std::is_constant_evaluated()) {
        asm("" : "+r"(bits));
    }
#endif
    return bits;
}

} // namespace finite_detail

/// By the bits of the exponent: with -ffinite-math-only, std::isfinite is always true.
constexpr bool is_finite(float value) noexcept {
    return (finite_detail::as_they_are(std::bit_cast<std::uint32_t>(value)) & 0x7F80'0000U) != 0x7F80'0000U;
}
constexpr bool is_finite(double value) noexcept {
    return (finite_detail::as_they_are(std::bit_cast<std::uint64_t>(value)) & 0x7FF0'0000'0000'0000U) != 0x7FF0'0000'0000'0000U;
}

/// Not by std::numeric_limits, of which compilers warn under such an option.
inline constexpr auto double_infinity = std::bit_cast<double>(std::uint64_t{0x7FF0'0000'0000'0000U});

} // namespace peccary
