// std::from_chars of a double, which libc++ lacks.
#pragma once

#include "peccary/core/finite.hpp"

#include <cerrno>
#include <charconv>
#include <clocale>
#include <cstdlib>
#include <string>
#include <system_error>

namespace peccary {

namespace from_chars_detail {

/// By strtod in the C locale. Allocates memory.
inline std::from_chars_result by_strtod(const char* first, const char* last, double& value) {
    // What strtod takes beyond from_chars: blanks and a plus before the number, and hexadecimal
    // digits.
    const std::string text(first, last);
    const std::string decimal = text.substr(0, text.find_first_of("xX"));
    if (decimal.find_first_not_of(" \t\n\v\f\r+") != 0) {
        return {first, std::errc::invalid_argument};
    }
    static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
    char* end = nullptr;
    errno = 0;
    const double read = strtod_l(decimal.c_str(), &end, plain);
    if (end == decimal.c_str()) {
        return {first, std::errc::invalid_argument};
    }
    const char* const stop = first + (end - decimal.c_str());
    if (errno == ERANGE && (read == 0 || !is_finite(read))) {
        return {stop, std::errc::result_out_of_range};
    }
    value = read;
    return {stop, std::errc{}};
}

} // namespace from_chars_detail

/// `std::from_chars(first, last, value)` in the general format. Does not depend on the locale.
/// Thread-safety: any thread.
inline std::from_chars_result double_from_chars(const char* first, const char* last, double& value) {
#if defined(__cpp_lib_to_chars)
    return std::from_chars(first, last, value);
#else
    return from_chars_detail::by_strtod(first, last, value);
#endif
}

} // namespace peccary
