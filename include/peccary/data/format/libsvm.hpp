// Reads LIBSVM (SVMlight) text, "label index:value index:value ...", with all threads.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/core/text_fault.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/libsvm_rows.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/format/parse_blocks.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace peccary {

struct libsvm_options {
    index_base base = index_base::detect;
    /// A guard against damaged files, whose one absurd index would make a model of that size.
    std::uint64_t max_features = std::uint64_t{1} << 28U;
    /// The features of the model that the data is read for, if there is one: larger indices are
    /// errors.
    std::optional<std::uint64_t> model_features = std::nullopt;
    unsigned threads = 1;
    std::size_t block_bytes = text_blocks::default_block_bytes;
};

struct libsvm_file {
    sparse_dataset data;               ///< `columns` is the largest index of the file + 1
    line_map lines;                    ///< of the rows of `data`
    index_base base = index_base::one; ///< what the indices were taken to count from: zero or one
};

namespace libsvm_detail {

inline feature_limit limit_of(const libsvm_options& options) {
    feature_limit limit;
    if (options.max_features == 0 || options.model_features == 0) {
        throw usage_error("a data set of at most 0 features cannot be read; raise the limit");
    }
    if (options.max_features < limit.features) {
        limit = {options.max_features, feature_limit::reason::max_features};
    }
    if (options.model_features && *options.model_features <= limit.features) {
        limit = {*options.model_features, feature_limit::reason::model};
    }
    return limit;
}

/// The base of the whole file, or the throwing of the first error in it. If the base is detected in
/// a file with an error, what stands behind the error does not count: it may have been read or not,
/// and the message must not depend on that.
inline index_base settle(const parsed_blocks<libsvm_chunk>& blocks, const std::string& file, index_base base) {
    if (base == index_base::detect) {
        const bool has_zero = std::ranges::any_of(blocks.chunks, &libsvm_chunk::has_zero);
        base = has_zero ? index_base::zero : index_base::one;
    }
    std::uint64_t lines = 0;
    for (const libsvm_chunk& chunk : blocks.chunks) {
        if (base == index_base::zero && chunk.beyond_if_zero) {
            throw_fault(file, lines, *chunk.beyond_if_zero);
        }
        if (chunk.fault) {
            throw_fault(file, lines, *chunk.fault);
        }
        lines += chunk.lines;
    }
    if (blocks.failure) {
        std::rethrow_exception(blocks.failure);
    }
    return base;
}

/// Copies the chunks, which it frees one by one, into one data set.
inline sparse_dataset join(std::deque<libsvm_chunk> chunks, feature_index base, unsigned threads) {
    struct place {
        std::size_t row = 0;
        std::size_t nonzero = 0;
    };
    std::vector<place> places(chunks.size());
    place end;
    sparse_dataset data;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        places[i] = end;
        end.row += chunks[i].rows;
        end.nonzero += chunks[i].nonzeros;
        if (chunks[i].nonzeros > 0) {
            data.columns = (std::max<std::size_t>)(data.columns, chunks[i].largest - base + std::size_t{1});
        }
    }
    data.offsets.resize(end.row + 1);
    data.offsets[0] = 0;
    data.labels.resize(end.row);
    data.indices.resize(end.nonzero);
    data.values.resize(end.nonzero);
    for_each_task(threads, chunks.size(), [&](std::size_t i) {
        // its pages are freed here; those of the data set become resident as they are written
        const libsvm_chunk chunk = std::move(chunks[i]);
        const auto [row, nonzero] = places[i];
        std::transform(chunk.row_ends, chunk.row_ends + chunk.rows, data.offsets.data() + row + 1,
                       [first = nonzero](std::uint64_t row_end) { return first + row_end; });
        std::copy_n(chunk.labels, chunk.rows, data.labels.data() + row);
        std::transform(chunk.indices, chunk.indices + chunk.nonzeros, data.indices.data() + nonzero,
                       [base](feature_index index) { return index - base; });
        std::copy_n(chunk.values, chunk.nonzeros, data.values.data() + nonzero);
    });
    return data;
}

} // namespace libsvm_detail

/// Reads the whole source. Every row is a label (any finite number), optionally `qid:N` (ignored),
/// and ascending index:value pairs, between spaces or tabs; '#' starts a comment that lasts to the
/// line's end; lines without a row are skipped; lines may end in CR LF or CR CR LF; blanks may
/// follow a colon; explicit zeros are kept.
/// The result is the same, bit for bit, for every number of threads and block size. At its peak the
/// memory is that of the data set and, per thread, about 2.5 times `block_bytes`.
///
/// Throws `data_error` "file:line:column: what is wrong; what to do" for the first thing wrong in
/// the file, or "file: ..." if it has no rows, whatever the number of threads; `usage_error` for
/// options that allow no feature; and what the source throws.
inline libsvm_file read_libsvm(byte_source& source, const libsvm_options& options = {}) {
    const feature_limit limit = libsvm_detail::limit_of(options);
    libsvm_file file;
    file.lines = line_map(source.name());
    parsed_blocks<libsvm_chunk> parsed;
    {
        text_blocks blocks(source, options.block_bytes);
        parsed = parse_all_blocks<libsvm_chunk>(
            blocks, options.threads, [&](const text_block& block) { return libsvm_block_parser(options.base, limit).parse(block); });
    }
    file.base = libsvm_detail::settle(parsed, source.name(), options.base);

    std::uint64_t rows = 0;
    std::uint64_t lines = 0;
    for (const libsvm_chunk& chunk : parsed.chunks) {
        file.lines.append(chunk.row_lines, rows, lines);
        rows += chunk.rows;
        lines += chunk.lines;
    }
    if (rows == 0) {
        throw data_error(source.name() + ": has no rows; give a file with at least one line 'label index:value ...'");
    }
    if (rows > (std::numeric_limits<row_index>::max)()) {
        throw data_error(source.name() + ": has " + std::to_string(rows) + " rows, more than the " +
                         std::to_string((std::numeric_limits<row_index>::max)()) + " that Peccary can hold; split the file");
    }
    file.data = libsvm_detail::join(std::move(parsed.chunks), file.base == index_base::one ? 1 : 0, options.threads);
    return file;
}

} // namespace peccary
