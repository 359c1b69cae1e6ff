// The careful parser of LIBSVM rows: it takes any line, and says what is wrong with it and where.
#pragma once

#include "peccary/core/number.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/libsvm_chunk.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace peccary::libsvm_detail {

/// Parses one line token by token, and adds what it finds to a chunk.
class careful_row_parser {
public:
    careful_row_parser(index_base base, const feature_limit& limit, libsvm_chunk& chunk) noexcept
        : base_(base), limit_(limit), chunk_(&chunk) {}

    /// Adds a row or none, or sets the fault. Columns count from `begin`, the text starts at `p`
    /// (behind a byte order mark), and `end` is the newline.
    void parse(const char* begin, const char* p, const char* end) {
        line_ = begin;
        while (end != p && end[-1] == '\r') { // some programs write two
            --end;
        }
        nul_ = static_cast<const char*>(std::memchr(p, '\0', static_cast<std::size_t>(end - p)));
        const char* const comment = static_cast<const char*>(std::memchr(p, '#', static_cast<std::size_t>(end - p)));
        text_end_ = comment != nullptr ? comment : end;

        std::string_view token = next_token(p);
        if (!token.empty()) {
            parse_tokens(p, token);
        }
        // A NUL in a token stopped the parsing there; this is one in a comment or between tokens.
        if (!chunk_->failed() && nul_ != nullptr) {
            fail(nul_, "NUL byte; the file is damaged, binary or UTF-16: convert it to plain text");
        }
    }

private:
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
            if (!parse_entry(token, p, count)) {
                return;
            }
            ++count;
        }
        if (nul_ == nullptr) {
            chunk_->add_row(*label, count);
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

    /// Parses "index:value" into place `count` of the row. False, with the fault set, if it is not
    /// that. Blanks may follow the colon, as in some of LIBSVM's own files; then the value is the
    /// token at `p`, which is behind it afterwards.
    bool parse_entry(std::string_view token, const char*& p, std::size_t count) {
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
        std::string_view text = token.substr(colon + 1);
        if (text.empty()) {
            const char* behind = p;
            const std::string_view next = next_token(behind);
            if (!next.empty() && next.find(':') == std::string_view::npos && !has_nul(next)) {
                text = next;
                p = behind;
            }
        }
        if (text.empty()) {
            return reject(end, "index " + std::string(token.substr(0, colon)) +
                                   " has no value; write index:value, or leave the feature out if it is 0");
        }
        const parsed_real value = parse_real(text.data());
        if (value.fault == number_fault::malformed || value.end != text.data() + text.size()) {
            return reject(text.data(), "value " + quoted_text(text) + " is not a number; write index:value");
        }
        if (value.fault == number_fault::nan || value.fault == number_fault::infinite) {
            return reject(text.data(), "value " + quoted_text(text) + " is not finite; repair it or remove the feature");
        }
        if (value.fault == number_fault::overflow || !fits_real(value.value)) {
            return reject(text.data(), "value " + quoted_text(text) + " is beyond the range of a 32-bit float; rescale the feature");
        }
        chunk_->indices[chunk_->nonzeros + count] = static_cast<feature_index>(index.value);
        chunk_->values[chunk_->nonzeros + count] = static_cast<real>(value.value);
        return true;
    }

    bool check_index(const char* at, const parsed_unsigned& index, std::size_t count) {
        const std::string written(at, index.end);
        if (index.value == 0 && index.fault == number_fault::none) {
            if (base_ == index_base::one) {
                return reject(at, "index 0, but indices count from 1 here; read the file with indices counted from 0");
            }
            chunk_->has_zero = true;
        }
        const std::uint64_t largest = base_ == index_base::zero ? limit_.features - 1 : limit_.features;
        if (index.fault == number_fault::overflow || index.value > largest) {
            return reject(at, beyond_limit(written));
        }
        if (base_ == index_base::detect && index.value == limit_.features && !chunk_->beyond_if_zero) {
            chunk_->beyond_if_zero = fault_at(at, beyond_limit(written) + " (indices count from 0 in this file, since one of them is 0)");
        }
        if (count > 0) {
            const feature_index previous = chunk_->indices[chunk_->nonzeros + count - 1];
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

    /// The next run of bytes other than blanks before the line's end or comment; empty if there is
    /// none. Moves `p` behind it.
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

    text_fault fault_at(const char* place, std::string what) const {
        return {.line = chunk_->lines, .column = static_cast<std::uint64_t>(place - line_) + 1, .what_and_remedy = std::move(what)};
    }
    void fail(const char* place, std::string what) { chunk_->fault = fault_at(place, std::move(what)); }
    bool reject(const char* place, std::string what) {
        fail(place, std::move(what));
        return false;
    }

    index_base base_;
    feature_limit limit_;
    libsvm_chunk* chunk_;
    const char* line_ = nullptr;     ///< where its columns count from
    const char* text_end_ = nullptr; ///< its end or its comment
    const char* nul_ = nullptr;      ///< its first NUL byte, if any
};

} // namespace peccary::libsvm_detail
