// A second LIBSVM parser, written for nothing but to be obviously right: what the reader is
// compared with.
#pragma once

#include "peccary/data/format/libsvm.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct simple_file {
    std::vector<std::uint64_t> offsets{0};
    std::vector<std::uint32_t> indices;
    std::vector<float> values;
    std::vector<double> labels;
    std::vector<std::uint64_t> lines;
    std::uint64_t error_line = 0; ///< of the first error; 0 if there is none
};

namespace simple_detail {

inline std::optional<double> finite_number(const std::string& token) {
    if (token.empty() || token.find_first_not_of("0123456789+-.eE") != std::string::npos) {
        return std::nullopt; // strtod would take blanks, hexadecimal numbers, nan and inf
    }
    char* end = nullptr;
    const double value = std::strtod(token.c_str(), &end);
    return *end == '\0' && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

inline std::optional<std::uint64_t> whole_number(const std::string& token) {
    if (token.empty() || token.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    const std::size_t significant = std::min(token.find_first_not_of('0'), token.size() - 1);
    return token.size() - significant > 18 ? std::uint64_t{1} << 62U : std::stoull(token.substr(significant));
}

inline std::vector<std::string> tokens_of(const std::string& line) {
    std::vector<std::string> tokens(1);
    for (const char c : line) {
        if (c != ' ' && c != '\t') {
            tokens.back() += c;
        } else if (!tokens.back().empty()) {
            tokens.emplace_back();
        }
    }
    if (tokens.back().empty()) {
        tokens.pop_back();
    }
    // a value may follow its colon after blanks; the label has none, and no query number does
    for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
        if (tokens[i].ends_with(':') && tokens[i + 1].find_first_of(std::string(":\0", 2)) == std::string::npos && tokens[i] != "qid:") {
            tokens[i] += tokens[i + 1];
            tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    }
    return tokens;
}

} // namespace simple_detail

/// Indices count from 0 in the result. `features` is the limit on them.
inline simple_file parse_simply(std::string_view text, peccary::index_base base, std::uint64_t features) {
    using namespace simple_detail;
    simple_file file;
    bool has_zero = false;
    std::uint64_t boundary_line = 0; // of the first index that is too large if they count from 0
    std::uint64_t line_number = 0;
    std::uint64_t error_line = 0;
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
        line_number = text.empty() ? 1 : 0;
    }
    while (!text.empty() && error_line == 0) {
        ++line_number;
        std::string line(text.substr(0, text.find('\n')));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        while (line.ends_with('\r')) {
            line.pop_back();
        }
        const bool has_nul = line.find('\0') != std::string::npos;
        const std::vector<std::string> tokens = tokens_of(line.substr(0, line.find('#')));
        if (tokens.empty()) {
            error_line = has_nul ? line_number : 0;
            continue;
        }
        const std::optional<double> label = finite_number(tokens[0]);
        bool good = label.has_value();
        std::int64_t previous = -1;
        for (std::size_t i = 1; i < tokens.size() && good; ++i) {
            const std::size_t colon = tokens[i].find(':');
            if (colon == std::string::npos) {
                good = false;
            } else if (i == 1 && tokens[i].starts_with("qid:")) {
                good = whole_number(tokens[i].substr(4)).has_value();
            } else {
                constexpr std::uint64_t none = std::uint64_t{1} << 62U; // beyond every limit
                const std::uint64_t index =
                    tokens[i].find('\0') != std::string::npos ? none : whole_number(tokens[i].substr(0, colon)).value_or(none);
                const std::optional<double> value = finite_number(tokens[i].substr(colon + 1));
                if (index == 0 && base != peccary::index_base::one) {
                    has_zero = true;
                }
                const std::uint64_t largest = base == peccary::index_base::zero ? features - 1 : features;
                if (index > largest || (index == 0 && base == peccary::index_base::one)) {
                    good = false;
                    continue;
                }
                if (index == features && base == peccary::index_base::detect && boundary_line == 0) {
                    boundary_line = line_number;
                }
                if (static_cast<std::int64_t>(index) <= previous || !value || !std::isfinite(static_cast<float>(*value))) {
                    good = false;
                    continue;
                }
                previous = static_cast<std::int64_t>(index);
                file.indices.push_back(static_cast<std::uint32_t>(index));
                file.values.push_back(static_cast<float>(*value));
            }
        }
        if (!good || has_nul) {
            error_line = line_number;
            continue;
        }
        file.offsets.push_back(file.indices.size());
        file.labels.push_back(*label);
        file.lines.push_back(line_number);
    }
    const bool from_zero = base == peccary::index_base::zero || (base == peccary::index_base::detect && has_zero);
    file.error_line = from_zero && boundary_line != 0 ? boundary_line : error_line;
    if (!from_zero) {
        for (std::uint32_t& index : file.indices) {
            --index;
        }
    }
    return file;
}
