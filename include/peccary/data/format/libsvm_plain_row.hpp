// The fast parser of LIBSVM rows: it takes plain rows, and leaves all others to the careful parser.
#pragma once

#include "peccary/core/number.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/libsvm_chunk.hpp"

#include <cstddef>
#include <cstdint>

namespace peccary::libsvm_detail {

/// Parses a line that is a number and index:value pairs between blanks, ascending and within the
/// limit whatever the base. Adds the row and returns the next line's begin; returns null, with
/// nothing added, if the line is anything else.
inline const char* parse_plain_row(const char* p, index_base base, const feature_limit& limit, libsvm_chunk& chunk) {
    const parsed_real label = parse_real(p);
    if (label.fault != number_fault::none) {
        return nullptr;
    }
    p = label.end;
    feature_index* const first_index = chunk.indices + chunk.nonzeros;
    feature_index* index = first_index;
    real* value = chunk.values + chunk.nonzeros;
    std::uint64_t smallest_legal = 0;
    while (is_blank(*p)) {
        do {
            ++p;
        } while (is_blank(*p));
        const char* const first_digit = p;
        std::uint64_t number = 0;
        for (; number_detail::is_digit(*p); ++p) {
            number = number * 10 + static_cast<unsigned char>(*p - '0');
        }
        if (p == first_digit) {
            break; // the end of the line, if all is well
        }
        if (*p != ':') {
            return nullptr;
        }
        const parsed_real parsed = parse_real(p + 1);
        constexpr std::ptrdiff_t most_digits = 18; // fit into 64 bits
        if (p - first_digit > most_digits || number < smallest_legal || parsed.fault != number_fault::none || !fits_real(parsed.value)) {
            return nullptr;
        }
        smallest_legal = number + 1;
        *index++ = static_cast<feature_index>(number); // what the cast cuts off is beyond the limit
        *value++ = static_cast<real>(parsed.value);
        p = parsed.end;
    }
    p += static_cast<std::ptrdiff_t>(*p == '\r');
    // The last index is the largest: one comparison a row. An index 0 can only be the first.
    const bool has_zero = index != first_index && *first_index == 0;
    if (*p != '\n' || smallest_legal > limit.features || (has_zero && base == index_base::one)) {
        return nullptr;
    }
    chunk.has_zero |= has_zero;
    chunk.add_row(label.value, static_cast<std::size_t>(index - first_index));
    return p + 1;
}

} // namespace peccary::libsvm_detail
