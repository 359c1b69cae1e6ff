// One block of LIBSVM text to rows: a fast parser for plain rows, and a careful one for everything else and for messages.
#pragma once

#include "peccary/core/number.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace peccary {

/// What a file's feature indices count from.
enum class index_base : std::uint8_t {
    detect, ///< 0 if any index of the file is 0, else 1
    zero,
    one
};

/// How many features a file may have, and in whose name: decides the message.
struct feature_limit {
    enum class reason : std::uint8_t { index_type, max_features, model };

    std::uint64_t features = std::uint64_t{max_index} + 1; ///< at least 1
    reason why = reason::index_type;
};

/// The rows of one block. Indices are as written: what they count from is known for sure only when the whole file has been seen.
struct libsvm_chunk {
    page_buffer memory;
    std::uint64_t* row_ends = nullptr; ///< (rows) entries of this chunk up to the row's end
    double* labels = nullptr;          ///< (rows)
    feature_index* indices = nullptr;  ///< (nonzeros)
    real* values = nullptr;            ///< (nonzeros)
    std::size_t rows = 0;
    std::size_t nonzeros = 0;
    std::uint64_t lines = 0;
    feature_index largest = 0; ///< index, as written
    bool has_zero = false;     ///< an index 0 occurs
    line_map row_lines;        ///< rows and lines of this chunk alone
    /// While the base is being detected: the first index that is one too large if the indices count from 0.
    std::optional<text_fault> beyond_if_zero;
    std::optional<text_fault> fault;

    bool failed() const noexcept { return fault.has_value(); }
};

/// Thread-safety: none; each block is parsed by a parser of its own.
class libsvm_block_parser {
public:
    libsvm_block_parser(index_base base, feature_limit limit) : base_(base), limit_(limit) {}

    libsvm_chunk parse(const text_block& block) {
        const std::string_view text = block.text();
        reserve(text);
        const char* line = text.data();
        const char* const end = line + text.size();
        if (block.sequence() == 0 && text.starts_with(byte_order_mark)) {
            line += byte_order_mark.size();
        }
        for (const char* line_begin = text.data(); line != end; line_begin = line) {
            ++chunk_.lines;
            const char* next = plain_row(line);
            if (next == nullptr) {
                next = static_cast<const char*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line))) + 1;
                careful_row(line_begin, line, next - 1);
                if (chunk_.failed()) {
                    break;
                }
            }
            line = next;
        }
        return std::move(chunk_);
    }

private:
    /// One allocation, sized by counting: every row has its newline and every entry its colon.
    void reserve(std::string_view text) {
        const auto [rows, entries] = count_bytes(text, '\n', ':');
        chunk_.memory = page_buffer(rows * (sizeof(std::uint64_t) + sizeof(double)) + entries * (sizeof(feature_index) + sizeof(real)));
        std::size_t offset = 0;
        chunk_.row_ends = chunk_.memory.carve<std::uint64_t>(offset, rows);
        chunk_.labels = chunk_.memory.carve<double>(offset, rows);
        chunk_.indices = chunk_.memory.carve<feature_index>(offset, entries);
        chunk_.values = chunk_.memory.carve<real>(offset, entries);
    }

    /// Parses a line that is a number and index:value pairs between blanks, ascending and within the limit whatever the base. Returns
    /// the next line's begin; null, with nothing added, if the line is anything else.
    const char* plain_row(const char* p) {
        const parsed_real label = parse_real(p);
        if (label.fault != number_fault::none) {
            return nullptr;
        }
        p = label.end;
        feature_index* const first_index = chunk_.indices + chunk_.nonzeros;
        feature_index* index = first_index;
        real* value = chunk_.values + chunk_.nonzeros;
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
            if (p - first_digit > most_digits || number < smallest_legal || parsed.fault != number_fault::none ||
                !fits_real(parsed.value)) {
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
        if (*p != '\n' || smallest_legal > limit_.features || (has_zero && base_ == index_base::one)) {
            return nullptr;
        }
        chunk_.has_zero |= has_zero;
        add_row(label.value, static_cast<std::size_t>(index - first_index));
        return p + 1;
    }

    /// Parses any line, token by token. `begin` is where columns count from, `p` where the text starts (behind a byte order mark), and
    /// `end` the newline. Adds a row or none, or sets the fault.
    void careful_row(const char* begin, const char* p, const char* end) {
        line_ = begin;
        if (end != p && end[-1] == '\r') {
            --end;
        }
        const char* const nul = static_cast<const char*>(std::memchr(p, '\0', static_cast<std::size_t>(end - p)));
        nul_ = nul;
        const char* const comment = static_cast<const char*>(std::memchr(p, '#', static_cast<std::size_t>(end - p)));
        text_end_ = comment != nullptr ? comment : end;

        std::string_view token = next_token(p);
        if (!token.empty()) {
            parse_tokens(p, token);
        }
        // A NUL in a token stopped the parsing there; this is one in a comment or between tokens.
        if (!chunk_.failed() && nul_ != nullptr) {
            fail(nul_, "NUL byte; the file is damaged, binary or UTF-16: convert it to plain text");
        }
    }

    void parse_tokens(const char* p, std::string_view token) {
        const std::optional<double> label = parse_label(token);
        if (!label) {
            return;
        }
        std::size_t count = 0;
        token = next_token(p);
        if (token.starts_with("qid:") && !has_nul(token)) {
            const parsed_unsigned query = parse_unsigned(token.data() + 4);
            if (query.fault == number_fault::malformed || query.end != token.data() + token.size()) {
                return fail(token.data() + 4, "query " + quoted_text(token.substr(4)) + " is not a whole number; write qid:N or remove it");
            }
            token = next_token(p);
        }
        for (; !token.empty(); token = next_token(p)) {
            if (!parse_entry(token, count)) {
                return;
            }
            ++count;
        }
        if (nul_ == nullptr) {
            add_row(*label, count);
        }
    }

    std::optional<double> parse_label(std::string_view token) {
        const char* const at = token.data();
        if (has_nul(token)) {
            return std::nullopt;
        }
        const parsed_real label = parse_real(at);
        const bool whole = label.end == at + token.size();
        if (whole && label.fault == number_fault::none) {
            return label.value;
        }
        if (whole && label.fault != number_fault::malformed) {
            fail(at, "label " + quoted_text(token) + " is not finite; repair it or remove the row");
        } else if (token.find(':') != std::string_view::npos) {
            fail(at, "the row has no label before " + quoted_text(token) + "; every row starts with a number, 0 if the label is not known");
        } else {
            fail(at, "label " + quoted_text(token) + " is not a number; every row starts with one numeric label");
        }
        return std::nullopt;
    }

    /// Parses "index:value" into place `count` of the row. False, with the fault set, if it is not that.
    bool parse_entry(std::string_view token, std::size_t count) {
        const char* const at = token.data();
        const char* const end = at + token.size();
        if (has_nul(token)) {
            return false;
        }
        const parsed_unsigned index = parse_unsigned(at);
        const std::size_t colon = token.find(':');
        if (colon == std::string_view::npos) {
            return reject(at, "feature " + quoted_text(token) + " has no ':'; write index:value");
        }
        if (index.fault == number_fault::malformed || index.end != at + colon) {
            return reject(at, "index " + quoted_text(token.substr(0, colon)) +
                                  " is not a whole number; write index:value with indices counted from " +
                                  (base_ == index_base::zero ? "0" : "1"));
        }
        if (!check_index(at, index, count)) {
            return false;
        }
        if (colon + 1 == token.size()) {
            return reject(end, "index " + std::string(token.substr(0, colon)) +
                                   " has no value; write index:value, or leave the feature out if it is 0");
        }
        const parsed_real value = parse_real(at + colon + 1);
        if (value.fault == number_fault::malformed || value.end != end) {
            return reject(at + colon + 1, "value " + quoted_text(token.substr(colon + 1)) + " is not a number; write index:value");
        }
        if (value.fault == number_fault::nan || value.fault == number_fault::infinite) {
            return reject(at + colon + 1,
                          "value " + quoted_text(token.substr(colon + 1)) + " is not finite; repair it or remove the feature");
        }
        if (value.fault == number_fault::overflow || !fits_real(value.value)) {
            return reject(at + colon + 1,
                          "value " + quoted_text(token.substr(colon + 1)) + " is beyond the range of a 32-bit float; rescale the feature");
        }
        chunk_.indices[chunk_.nonzeros + count] = static_cast<feature_index>(index.value);
        chunk_.values[chunk_.nonzeros + count] = static_cast<real>(value.value);
        return true;
    }

    bool check_index(const char* at, const parsed_unsigned& index, std::size_t count) {
        const std::string written(at, index.end);
        if (index.value == 0 && index.fault == number_fault::none) {
            if (base_ == index_base::one) {
                return reject(at, "index 0, but indices count from 1 here; read the file with indices counted from 0");
            }
            chunk_.has_zero = true;
        }
        const std::uint64_t largest = base_ == index_base::zero ? limit_.features - 1 : limit_.features;
        if (index.fault == number_fault::overflow || index.value > largest) {
            return reject(at, beyond_limit(written));
        }
        if (base_ == index_base::detect && index.value == limit_.features && !chunk_.beyond_if_zero) {
            chunk_.beyond_if_zero = fault_at(at, beyond_limit(written) + " (indices count from 0 in this file, since one of them is 0)");
        }
        if (count > 0) {
            const feature_index previous = chunk_.indices[chunk_.nonzeros + count - 1];
            if (index.value == previous) {
                return reject(at, "index " + written + " is repeated; give each feature of a row once");
            }
            if (index.value < previous) {
                return reject(at, "index " + written + " follows " + std::to_string(previous) + "; sort the features of each row by index");
            }
        }
        return true;
    }

    std::string beyond_limit(const std::string& index) const {
        const std::string features = std::to_string(limit_.features);
        switch (limit_.why) {
        case feature_limit::reason::model:
            return "index " + index + " is beyond the " + features +
                   " features of the model; use data with the features that the model was trained on";
        case feature_limit::reason::max_features:
            return "index " + index + " is beyond the limit of " + features +
                   " features; repair it, or raise the limit if the data is right";
        case feature_limit::reason::index_type:
            break;
        }
        return "index " + index + " is beyond the " + features + " features that Peccary can hold; renumber the features";
    }

    /// The next run of bytes other than blanks before the line's end or comment; empty if there is none. Moves `p` behind it.
    std::string_view next_token(const char*& p) const {
        while (p != text_end_ && is_blank(*p)) {
            ++p;
        }
        const char* const first = p;
        while (p != text_end_ && !is_blank(*p)) {
            ++p;
        }
        return {first, p};
    }

    bool has_nul(std::string_view token) const { return nul_ != nullptr && nul_ < token.data() + token.size(); }

    void add_row(double label, std::size_t entries) {
        feature_index* const row = chunk_.indices + chunk_.nonzeros;
        if (entries > 0) {
            chunk_.largest = std::max(chunk_.largest, row[entries - 1]);
        }
        chunk_.nonzeros += entries;
        chunk_.row_ends[chunk_.rows] = chunk_.nonzeros;
        chunk_.labels[chunk_.rows] = label;
        chunk_.row_lines.add(chunk_.rows, chunk_.lines);
        ++chunk_.rows;
    }

    text_fault fault_at(const char* place, std::string what) const {
        return {.line = chunk_.lines, .column = static_cast<std::uint64_t>(place - line_) + 1, .what_and_remedy = std::move(what)};
    }
    void fail(const char* place, std::string what) { chunk_.fault = fault_at(place, std::move(what)); }
    bool reject(const char* place, std::string what) {
        fail(place, std::move(what));
        return false;
    }

    static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

    index_base base_;
    feature_limit limit_;
    libsvm_chunk chunk_;
    // Of the line that is parsed with care:
    const char* line_ = nullptr;     ///< where its columns count from
    const char* text_end_ = nullptr; ///< its end or its comment
    const char* nul_ = nullptr;      ///< its first NUL byte, if any
};

} // namespace peccary
