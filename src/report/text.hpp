// Numbers and tables as people read them; the same in every locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace peccary::program {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);

/// "12.3 M", "845 k", "97": three digits and a prefix, for rates.
std::string rate(double per_second);

/// "0.0123 s", "12.3 s", "3 min 20 s", "2 h 05 min".
std::string duration(double seconds);

/// "0.3 s", "12 s", "3 min 20 s", "2 h 05 min": as exact as what is still to come can be.
std::string rough_duration(double seconds);

enum class alignment : std::uint8_t {
    figures, ///< the first column to the left, the others to the right
    words    ///< all to the left
};

/// Columns with two blanks between them. The first row is the heading.
std::string table(const std::vector<std::vector<std::string>>& rows, alignment align = alignment::figures);

/// Writes to standard output. Throws `io_error` when it cannot be written, as when the disk is full
/// or the reader of a pipe has gone.
void print(const std::string& text);

/// "1 worker", "64 virtual workers".
std::string workers_text(std::size_t workers, bool simulated);

} // namespace peccary::program
