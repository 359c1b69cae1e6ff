// One block of CSV text to rows: a fast parser for plain rows of numbers, and a careful one for
// everything else and for messages.
#pragma once

#include "peccary/core/number.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/csv_format.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// The rows of one block.
struct csv_chunk {
    page_buffer memory;
    double* labels = nullptr; ///< (rows)
    real* values = nullptr;   ///< (rows, features)
    std::size_t rows = 0;
    std::uint64_t lines = 0;
    line_map row_lines; ///< rows and lines of this chunk alone
    std::optional<text_fault> fault;

    bool failed() const noexcept { return fault.has_value(); }
};

/// Thread-safety: none; each block is parsed by a parser of its own, which refers to the format.
class csv_block_parser {
public:
    explicit csv_block_parser(const csv_format& format)
        : format_(format), features_(format.fields - (format.label == csv_format::no_label ? 0 : 1)) {}

    csv_chunk parse(const text_block& block) {
        const std::string_view text = block.text();
        // A line that is no row adds none, so newlines bound the rows; and a row has a delimiter
        // less than it has fields, so that lines that are too short cannot make the buffer large.
        // One row more is room for the row that turns out to be too short.
        const auto [newlines, delimiters] = count_bytes(text, '\n', format_.delimiter);
        const std::size_t full_rows = (std::min)(newlines, (delimiters + newlines) / format_.fields);
        chunk_.memory = page_buffer((full_rows + 1) * (sizeof(double) + features_ * sizeof(real)));
        std::size_t offset = 0;
        chunk_.labels = chunk_.memory.carve<double>(offset, full_rows + 1);
        chunk_.values = chunk_.memory.carve<real>(offset, (full_rows + 1) * features_);

        const char* line = text.data();
        const char* const end = line + text.size();
        while (line != end && !chunk_.failed()) {
            ++chunk_.lines;
            const char* next = plain_row(line);
            if (next == nullptr) {
                next = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line))) + 1;
                careful_row({line, next - 1});
            }
            line = next;
        }
        return std::move(chunk_);
    }

private:
    /// Parses a line that is the right number of unquoted numbers, blanks around them or not.
    /// Returns the next line's begin; null, with nothing added, if the line is anything else.
    const char* plain_row(const char* p) {
        real* value = chunk_.values + chunk_.rows * features_;
        double label = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t field = 0; field < format_.fields; ++field) {
            p = skip_blanks(p);
            const parsed_real number = parse_real(p);
            if (number.fault != number_fault::none) {
                return nullptr;
            }
            if (field == format_.label) {
                label = number.value;
            } else if (fits_real(number.value)) {
                *value++ = static_cast<real>(number.value);
            } else {
                return nullptr;
            }
            p = skip_blanks(number.end);
            if (field + 1 < format_.fields && *p++ != format_.delimiter) {
                return nullptr;
            }
        }
        p += static_cast<std::ptrdiff_t>(*p == '\r');
        if (*p != '\n') {
            return nullptr;
        }
        add_row(label);
        return p + 1;
    }

    /// Parses any line (without its newline) field by field. Adds a row or none, or sets the fault.
    void careful_row(std::string_view line) {
        while (line.ends_with('\r')) { // some programs write two
            line.remove_suffix(1);
        }
        if (is_blank_line(line) && line.find(format_.delimiter) == std::string_view::npos) {
            return;
        }
        const std::size_t nul = line.find('\0');
        const std::vector<csv_field> fields = csv_fields(line, format_.delimiter);
        real* value = chunk_.values + chunk_.rows * features_;
        double label = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const auto place = static_cast<std::size_t>(fields[i].raw.data() - line.data());
            if (nul < place + fields[i].raw.size()) {
                return fail(nul, "NUL byte; the file is damaged, binary or UTF-16: convert it to plain text");
            }
            if (i == format_.fields) {
                return fail(place, "the row has " + std::to_string(fields.size()) + " fields, but the first line has " +
                                       std::to_string(format_.fields) + "; give every row the same number");
            }
            const std::optional<double> number = parse_field(fields[i], i, place);
            if (!number) {
                return;
            }
            if (i == format_.label) {
                label = *number;
            } else {
                *value++ = static_cast<real>(*number);
            }
        }
        if (fields.size() < format_.fields) {
            return fail(line.size(), "the row has " + std::to_string(fields.size()) + " fields, but the first line has " +
                                         std::to_string(format_.fields) + "; give every row the same number");
        }
        add_row(label);
    }

    /// Nothing, with the fault set, if the field is no finite number that can be stored.
    std::optional<double> parse_field(const csv_field& field, std::size_t number, std::size_t place) {
        if (!field.closed) {
            fail(place,
                 "the quotes of " + quoted_text(field.raw) + " are not closed at the field's end; close them (a field may not span lines)");
            return std::nullopt;
        }
        if (field.text.empty()) {
            fail(place, describe(number) + " is empty; fill in missing values or remove the row");
            return std::nullopt;
        }
        std::string padded = field.text;
        padded.append(number_padding + 1, '\0');
        const parsed_real parsed = parse_real(padded.c_str());
        const bool whole = parsed.end == padded.c_str() + field.text.size();
        if (!whole || parsed.fault == number_fault::malformed) {
            fail(place, describe(number) + " holds " + quoted_text(field.text) + ", which is not a number; encode categories as numbers" +
                            (field.text.find(',') != std::string::npos ? ", write decimals with a point" : ""));
        } else if (parsed.fault == number_fault::nan || parsed.fault == number_fault::infinite) {
            fail(place, describe(number) + " holds " + quoted_text(field.text) +
                            ", which is not finite; fill in missing values or remove the row");
        } else if (parsed.fault == number_fault::overflow || (number != format_.label && !fits_real(parsed.value))) {
            fail(place, describe(number) + " holds " + quoted_text(field.text) + ", beyond the range of a " +
                            (number == format_.label ? "64" : "32") + "-bit float; rescale the column");
        } else {
            return parsed.value;
        }
        return std::nullopt;
    }

    std::string describe(std::size_t field) const {
        const std::string number = "column " + std::to_string(field + 1);
        return field < format_.names.size() ? number + " (" + quoted_text(format_.names[field]) + ")" : number;
    }

    const char* skip_blanks(const char* p) const noexcept {
        while ((*p == ' ' || *p == '\t') && *p != format_.delimiter) {
            ++p;
        }
        return p;
    }

    void add_row(double label) {
        chunk_.labels[chunk_.rows] = label;
        chunk_.row_lines.add(chunk_.rows, chunk_.lines);
        ++chunk_.rows;
    }

    void fail(std::size_t place, std::string what) {
        chunk_.fault = text_fault{.line = chunk_.lines, .column = place + 1, .what_and_remedy = std::move(what)};
    }

    const csv_format& format_;
    std::size_t features_;
    csv_chunk chunk_;
};

} // namespace peccary
