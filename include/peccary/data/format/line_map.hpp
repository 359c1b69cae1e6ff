// Which line of its file a row came from, so that a message about a row can name it long after the
// text is gone.
#pragma once

#include "peccary/core/types.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace peccary {

/// Rows stand on consecutive lines except where headers, blank lines and comments intervene, so
/// only the rows that follow such a gap are kept: a file without gaps costs one entry, however long
/// it is. Rows count from 0, lines from 1.
/// Thread-safety: reading from any number of threads.
class line_map {
public:
    /// A row whose line is not the one after the previous row's, and its line.
    struct breakpoint {
        std::uint64_t row;
        std::uint64_t line;
    };

    line_map() = default;
    explicit line_map(std::string file) : file_(std::move(file)) {}

    const std::string& file() const noexcept { return file_; }

    /// Row and line ascend from call to call. Does nothing where the line is the one after the
    /// previous row's.
    void add(std::uint64_t row, std::uint64_t line) {
        if (breaks_.empty() || line - row != breaks_.back().line - breaks_.back().row) {
            breaks_.push_back({row, line});
        }
    }

    /// Adds another map's rows behind this one's, as if its rows began at `first_row` and its lines
    /// after `lines_before`.
    void append(const line_map& other, std::uint64_t first_row, std::uint64_t lines_before) {
        for (const breakpoint& place : other.breaks_) {
            add(first_row + place.row, lines_before + place.line);
        }
    }

    /// The row's line; 0 if the map knows none (a data set that no file was read for).
    std::uint64_t line(std::uint64_t row) const noexcept {
        const auto after = std::ranges::upper_bound(breaks_, row, {}, &breakpoint::row);
        if (after == breaks_.begin()) {
            return 0;
        }
        const breakpoint& place = *(after - 1);
        return place.line + (row - place.row);
    }

    /// "file:line"; where lines are not known "file: row N" (counted from 1), or "row N" for rows
    /// of no file: how messages begin.
    std::string where(std::uint64_t row) const {
        const std::uint64_t at = line(row);
        const std::string beginning = file_.empty() ? std::string() : file_ + ":";
        return at == 0 ? beginning + (file_.empty() ? "row " : " row ") + std::to_string(row + 1) : beginning + std::to_string(at);
    }

    /// All that is kept, ascending; adding the same to an empty map makes an equal one.
    std::span<const breakpoint> breakpoints() const noexcept { return breaks_; }

    /// How many entries are kept.
    std::size_t breaks() const noexcept { return breaks_.size(); }

private:
    std::string file_;
    std::vector<breakpoint> breaks_;
};

} // namespace peccary
