// std::from_chars of a double, which libc++ has from version 20 only.
#pragma once

#include <charconv>
#include <system_error>

#if !defined(__cpp_lib_to_chars)
#include <cerrno>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <string>
#endif

namespace peccary {

/// `std::from_chars(first, last, value)` in the general format. Does not depend on the locale.
/// Without the standard library's it allocates memory. Thread-safety: any thread.
inline std::from_chars_result double_from_chars(const char* first, const char* last, double& value) {
#if defined(__cpp_lib_to_chars)
    return std::from_chars(first, last, value);
#else
    // What strtod takes beyond that: blanks and a plus before the number, and hexadecimal digits.
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
    if (errno == ERANGE && (read == 0 || std::abs(read) == HUGE_VAL)) {
        return {stop, std::errc::result_out_of_range};
    }
    value = read;
    return {stop, std::errc{}};
#endif
}

} // namespace peccary
