// Loads data of any kind that Peccary reads: LIBSVM or CSV text, IDX or .npy arrays. It comes plain
// or compressed, from a path, from standard input, or from its cache.
#pragma once

#include "input/format.hpp"
#include "peccary/core/mapped_file.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/format/cache.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/normalizer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace peccary::program {

struct load_options {
    data_format format = data_format::automatic;
    std::string label_column = "-1"; ///< CSV; empty: no labels
    std::string labels;              ///< IDX and .npy: the file with the labels; empty: no labels
    std::string index_base = "auto"; ///< LIBSVM: one of `index_base_names`
    std::uint64_t max_features = std::uint64_t{1} << 28U;
    /// of the model that the data is read for, if there is one
    std::optional<std::size_t> model_features;
    unsigned threads = 1;
    /// the file that keeps the parsed data, used if it fits and else written; empty: none
    std::string cache;
};

struct loaded_data {
    std::variant<sparse_dataset, dense_dataset, mapped_sparse_dataset, mapped_dense_dataset> data;
    mapped_file cache; ///< what mapped data lies in
    line_map lines;
    double seconds = 0;
    std::string cache_note; ///< what was done with the cache, and why; empty without one

    std::size_t size() const { return labels().size(); }
    std::size_t features() const {
        return std::visit([](const auto& set) { return set.columns; }, data);
    }
    std::size_t nonzeros() const {
        return std::visit([](const auto& set) { return set.values.size(); }, data);
    }
    std::span<const double> labels() const {
        return std::visit([](const auto& set) { return std::span<const double>(set.labels); }, data);
    }
    bool sparse() const {
        return std::visit(
            [](const auto& set) {
                return requires { set.indices; };
            },
            data);
    }
};

/// Throws what the readers and `find_in_cache` throw: `data_error` naming file, line and column;
/// `io_error`; `usage_error`.
loaded_data load(const std::string& path, const load_options& options);

/// Normalizes all rows. Data that lies in a cache is copied first.
void normalize(loaded_data& loaded, const normalizer& how);

} // namespace peccary::program
