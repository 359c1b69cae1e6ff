// Reads CSV (TSV, ...) text, rows of numbers of which one may be the label, with all threads.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/csv_format.hpp"
#include "peccary/data/format/csv_rows.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/format/parse_blocks.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace peccary {

struct csv_file {
    dense_dataset data; ///< the columns of the file in order, without the label
    line_map lines;     ///< of the rows of `data`
    csv_format format;
};

namespace csv_detail {

struct opening {
    csv_format format;
    std::uint64_t lines = 0; ///< read so far: blank ones and the header
};

/// Reads the format from the first line that is not blank, and gives back all that follows it (or
/// the line too, if it is no header).
inline opening open(text_blocks& blocks, const csv_options& options) {
    opening result;
    text_block block;
    for (bool first = true; blocks.claim(block); blocks.give_back(std::move(block))) {
        if (std::exchange(first, false) && block.text().starts_with(byte_order_mark)) {
            block.skip(byte_order_mark.size());
        }
        while (!block.text().empty()) {
            const std::size_t size = block.text().find('\n');
            std::string_view line = block.text().substr(0, size);
            while (line.ends_with('\r')) {
                line.remove_suffix(1);
            }
            if (!is_blank_line(line)) {
                bool header = false;
                std::tie(result.format, header) = csv_format_of(line, options, blocks.name(), result.lines + 1);
                if (header) {
                    ++result.lines;
                    block.skip(size + 1);
                }
                blocks.give_back(std::move(block));
                return result;
            }
            ++result.lines;
            block.skip(size + 1);
        }
    }
    throw data_error(blocks.name() + ": has no rows; give a file with at least one line of numbers");
}

/// Copies the chunks, which it frees one by one, into one data set.
inline dense_dataset join(std::deque<csv_chunk> chunks, std::size_t columns, unsigned threads) {
    std::vector<std::size_t> first_rows(chunks.size());
    std::size_t rows = 0;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        first_rows[i] = rows;
        rows += chunks[i].rows;
    }
    dense_dataset data;
    data.columns = columns;
    data.labels.resize(rows);
    data.values.resize(rows * columns);
    for_each_task(threads, chunks.size(), [&](std::size_t i) {
        // its pages are freed here; those of the data set become resident as they are written
        const csv_chunk chunk = std::move(chunks[i]);
        std::copy_n(chunk.labels, chunk.rows, data.labels.data() + first_rows[i]);
        std::copy_n(chunk.values, chunk.rows * columns, data.values.data() + first_rows[i] * columns);
    });
    return data;
}

} // namespace csv_detail

/// Reads the whole source. Blank lines are skipped, lines may end in CR LF or CR CR LF, and names
/// and numbers may stand in quotes, though no field may span lines. The result is the same, bit for
/// bit, for every number of threads and block size. At its peak the memory is that of the data set
/// and, per thread, about twice `block_bytes`.
///
/// Throws `data_error` "file:line:column: what is wrong; what to do" for the first thing wrong in
/// the file, or "file: ..." if it has no rows, whatever the number of threads; `usage_error` for a
/// label column that does not exist; and what the source throws.
inline csv_file read_csv(byte_source& source, const csv_options& options = {}) {
    csv_file file;
    file.lines = line_map(source.name());
    parsed_blocks<csv_chunk> parsed;
    std::uint64_t lines = 0;
    {
        text_blocks blocks(source, options.block_bytes);
        csv_detail::opening opening = csv_detail::open(blocks, options);
        file.format = std::move(opening.format);
        lines = opening.lines;
        parsed = parse_all_blocks<csv_chunk>(blocks, options.threads,
                                             [&](const text_block& block) { return csv_block_parser(file.format).parse(block); });
    }
    std::uint64_t rows = 0;
    for (const csv_chunk& chunk : parsed.chunks) {
        if (chunk.fault) {
            throw_fault(source.name(), lines, *chunk.fault);
        }
        file.lines.append(chunk.row_lines, rows, lines);
        rows += chunk.rows;
        lines += chunk.lines;
    }
    if (parsed.failure) {
        std::rethrow_exception(parsed.failure);
    }
    if (rows == 0) {
        throw data_error(source.name() + ": has a header but no rows; give a file with at least one line of numbers");
    }
    if (rows > (std::numeric_limits<row_index>::max)()) {
        throw data_error(source.name() + ": has " + std::to_string(rows) + " rows, more than the " +
                         std::to_string((std::numeric_limits<row_index>::max)()) + " that Peccary can hold; split the file");
    }
    const std::size_t features = file.format.fields - (file.format.label == csv_format::no_label ? 0 : 1);
    file.data = csv_detail::join(std::move(parsed.chunks), features, options.threads);
    return file;
}

} // namespace peccary
