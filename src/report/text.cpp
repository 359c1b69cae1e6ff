#include "report/text.hpp"

#include "peccary/core/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>

namespace peccary::program {

std::string grouped(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string text;
    for (std::size_t place = 0; place < digits.size(); ++place) {
        if (place > 0 && (digits.size() - place) % 3 == 0) {
            text += ',';
        }
        text += digits[place];
    }
    return text;
}

std::string rate(double per_second) {
    constexpr const char* prefixes[] = {"", " k", " M", " G"};
    std::size_t prefix = 0;
    while (per_second >= 999.5 && prefix < 3) {
        per_second /= 1000;
        ++prefix;
    }
    return fmt::format("{:.{}f}{}", per_second,
                       per_second < 9.995 && prefix > 0   ? 2
                       : per_second < 99.95 && prefix > 0 ? 1
                                                          : 0,
                       prefixes[prefix]);
}

std::string duration(double seconds) {
    if (seconds < 59.95) {
        return fmt::format("{:.{}f} s", seconds, seconds < 0.9995 ? 4 : seconds < 9.995 ? 2 : 1);
    }
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    if (whole < 3600) {
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    }
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string rough_duration(double seconds) {
    return seconds < 9.95 ? fmt::format("{:.1f} s", seconds) : seconds < 59.5 ? fmt::format("{:.0f} s", seconds) : duration(seconds);
}

std::string table(const std::vector<std::vector<std::string>>& rows, alignment align) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            const bool left = column == 0 || align == alignment::words;
            line += column == 0 ? "" : "  ";
            line += left ? fmt::format("{:<{}}", row[column], widths[column]) : fmt::format("{:>{}}", row[column], widths[column]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw_io_error("<stdout>", "write", errno);
    }
}

std::string workers_text(std::size_t workers, bool simulated) {
    return std::to_string(workers) + (simulated ? " virtual" : "") + (workers == 1 ? " worker" : " workers");
}

} // namespace peccary::program
