// What a CSV file looks like: its delimiter, header and label column, given or found out from its
// first line.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace peccary {

enum class csv_header : std::uint8_t {
    detect, ///< the first line is a header if one of its fields is neither empty nor a number
    present,
    absent
};

struct csv_options {
    /// 0: the first of tab, ';', ',', '|' and blank that occurs in the first line outside quotes.
    /// (';' before ',', since files that separate by semicolons may hold decimal commas, which are
    /// then reported.)
    char delimiter = '\0';
    csv_header header = csv_header::detect;
    /// A column by its name in the header, or else by its number: 1 is the first, -1 the last.
    /// Empty: the file has no labels, as data to predict for; all columns are features, and the
    /// labels are NaN.
    std::string label = "-1";
    /// The features of the model that the data is read for, if there is one: any other number of
    /// them is an error.
    std::optional<std::size_t> model_features = std::nullopt;
    unsigned threads = 1;
    std::size_t block_bytes = text_blocks::default_block_bytes;
};

struct csv_format {
    static constexpr std::size_t no_label = static_cast<std::size_t>(-1);

    char delimiter = ',';
    std::size_t fields = 0;         ///< per line
    std::size_t label = no_label;   ///< the label's field, from 0
    std::vector<std::string> names; ///< of the fields; empty without a header
};

/// One field of a line: `raw` is what stands between the delimiters less the blanks around it,
/// `text` the same without quotes.
struct csv_field {
    std::string_view raw;
    std::string text;
    /// false: a quote is open at the line's end, or something follows the closing one
    bool closed = true;
};

/// Splits a line (without its end) with all of CSV's quoting: "" inside quotes is one quote. For
/// headers and messages, not for speed.
inline std::vector<csv_field> csv_fields(std::string_view line, char delimiter) {
    const auto is_blank = [delimiter](char c) { return (c == ' ' || c == '\t') && c != delimiter; };
    std::vector<csv_field> fields;
    std::size_t at = 0;
    for (;;) {
        csv_field field;
        while (at < line.size() && is_blank(line[at])) {
            ++at;
        }
        const std::size_t first = at;
        if (at < line.size() && line[at] == '"') {
            field.closed = false;
            for (++at; at < line.size(); ++at) {
                if (line[at] != '"') {
                    field.text += line[at];
                } else if (at + 1 < line.size() && line[at + 1] == '"') {
                    field.text += line[at++];
                } else {
                    field.closed = true;
                    ++at;
                    break;
                }
            }
        }
        const std::size_t rest = at;
        at = (std::min)(line.find(delimiter, at), line.size());
        std::size_t end = at;
        while (end > rest && is_blank(line[end - 1])) {
            --end;
        }
        field.raw = line.substr(first, end - first);
        field.closed = field.closed && (rest == first || end == rest);
        if (rest == first) {
            field.text = field.raw;
        }
        fields.push_back(std::move(field));
        if (at == line.size()) {
            return fields;
        }
        ++at;
    }
}

/// True for lines that hold nothing but blanks (without the line's end).
constexpr bool is_blank_line(std::string_view line) noexcept { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

namespace csv_detail {

inline char detect_delimiter(std::string_view line) {
    line = line.substr(0, line.find_last_not_of(" \t") + 1); // what trails a line does not delimit
    constexpr std::string_view candidates = "\t;,| ";
    for (const char candidate : candidates) {
        bool quotes = false;
        for (const char c : line) {
            quotes = quotes != (c == '"');
            if (c == candidate && !quotes) {
                return candidate;
            }
        }
    }
    return ',';
}

inline bool is_numeric(const std::string& text) {
    if (real_from_text(text)) {
        return true;
    }
    std::string padded = text;
    padded.append(number_padding + 1, '\0');
    // a NaN is no name: it is reported as the value that it is
    const number_fault fault = parse_real(padded.c_str()).fault;
    return fault != number_fault::none && fault != number_fault::malformed;
}

/// The label's field in a file of `fields` fields, or a message.
inline std::size_t label_field(const csv_options& options, const csv_format& format, const std::string& file) {
    if (options.label.empty()) {
        return csv_format::no_label;
    }
    const auto named = std::ranges::find(format.names, options.label);
    if (named != format.names.end()) {
        if (std::find(named + 1, format.names.end(), options.label) != format.names.end()) {
            throw data_error(file + ": several columns are named " + quoted_text(options.label) + "; give the label column by its number");
        }
        return static_cast<std::size_t>(named - format.names.begin());
    }
    long long number = 0;
    const char* const end = options.label.data() + options.label.size();
    const auto [stop, problem] = std::from_chars(options.label.data(), end, number);
    const auto fields = static_cast<long long>(format.fields);
    if (problem == std::errc{} && stop == end && number != 0 && number >= -fields && number <= fields) {
        return static_cast<std::size_t>(number > 0 ? number - 1 : fields + number);
    }
    const std::string columns = std::to_string(format.fields);
    throw usage_error(file + ": has no label column " + quoted_text(options.label) + "; give " +
                      (format.names.empty() ? "" : "a name of its header or ") + "a number from 1 to " + columns +
                      ", or from -1 (the last) to -" + columns);
}

} // namespace csv_detail

/// The format of a file whose first line that is not blank is `line` (without its end), the
/// `line_number`-th of the file; the second value is true if that line is a header. Throws
/// `data_error` and `usage_error`.
inline std::pair<csv_format, bool> csv_format_of(std::string_view line, const csv_options& options, const std::string& file,
                                                 std::uint64_t line_number) {
    const auto fail = [&](std::size_t place, std::string what) {
        throw_fault(file, line_number - 1, {.line = 1, .column = place + 1, .what_and_remedy = std::move(what)});
    };
    csv_format format;
    format.delimiter = options.delimiter != '\0' ? options.delimiter : csv_detail::detect_delimiter(line);
    const std::vector<csv_field> fields = csv_fields(line, format.delimiter);
    format.fields = fields.size();
    const bool header = options.header == csv_header::present ||
                        (options.header == csv_header::detect && std::ranges::any_of(fields, [](const csv_field& field) {
                             return !field.text.empty() && !csv_detail::is_numeric(field.text);
                         }));
    if (header) {
        for (const csv_field& field : fields) {
            const auto place = static_cast<std::size_t>(field.raw.data() - line.data());
            if (line.find('\0') != std::string_view::npos) {
                fail(line.find('\0'), "NUL byte; the file is damaged, binary or UTF-16: convert it to plain text");
            }
            if (!field.closed) {
                fail(place, "the quotes of " + quoted_text(field.raw) +
                                " are not closed at the field's end; close them (a field may not span lines)");
            }
            format.names.push_back(field.text);
        }
    }
    format.label = csv_detail::label_field(options, format, file);
    const std::size_t features = format.fields - (format.label == csv_format::no_label ? 0 : 1);
    if (features == 0) {
        fail(0, "only one column is found, and it is the label; give the delimiter if it is none of tab, ';', ',', '|' and blank");
    }
    if (options.model_features && *options.model_features != features) {
        fail(0, "the file has " + std::to_string(features) + " feature columns, the model " + std::to_string(*options.model_features) +
                    "; use data with the features that the model was trained on, and check the label column");
    }
    return {std::move(format), header};
}

} // namespace peccary
