#include "input/load.hpp"

#include "input/open_source.hpp"
#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/data/format/array.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/csv.hpp"
#include "peccary/data/format/hashed_source.hpp"
#include "peccary/data/format/libsvm.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace peccary::program {

namespace {

index_base index_base_named(const std::string& name) {
    return name == "0" ? index_base::zero : name == "1" ? index_base::one : index_base::detect;
}

/// All that decides what `read` makes of a file, for eyes and for comparison. `threads` does not.
std::string settings_text(const load_options& options) {
    std::string text = options.format == data_format::csv
                           ? "csv, label column '" + options.label_column + "'"
                           : "libsvm, index base " + options.index_base + ", at most " + std::to_string(options.max_features) + " features";
    if (options.model_features) {
        text += ", for a model of " + std::to_string(*options.model_features) + " features";
    }
    return text;
}

array_kind kind_of(data_format format) { return format == data_format::idx ? array_kind::idx : array_kind::npy; }

loaded_data read_arrays(byte_source& source, const load_options& options) {
    loaded_data loaded;
    dense_dataset data = read_array(source, kind_of(options.format), options.model_features);
    loaded.lines = line_map(source.name());
    if (!options.labels.empty()) {
        const data_format format = format_of(options.labels, data_format::automatic);
        if (!is_array(format)) {
            throw usage_error("--labels: '" + options.labels +
                              "' is not named like an IDX or .npy file; give the labels in one of these formats");
        }
        data.labels = read_label_array(*input::open_source(options.labels), kind_of(format));
        if (data.labels.size() * data.columns != data.values.size()) {
            throw data_error(options.labels + ": has " + std::to_string(data.labels.size()) + " labels, but " + source.name() + " has " +
                             std::to_string(data.values.size() / data.columns) + " rows; give the file that belongs to it");
        }
    }
    loaded.data = std::move(data);
    return loaded;
}

loaded_data read(byte_source& source, const load_options& options) {
    if (is_array(options.format)) {
        return read_arrays(source, options);
    }
    loaded_data loaded;
    if (options.format == data_format::csv) {
        csv_file file =
            read_csv(source, {.label = options.label_column, .model_features = options.model_features, .threads = options.threads});
        loaded.lines = std::move(file.lines);
        loaded.data = std::move(file.data);
    } else {
        libsvm_file file = read_libsvm(source, {.base = index_base_named(options.index_base),
                                                .max_features = options.max_features,
                                                .model_features = options.model_features,
                                                .threads = options.threads});
        loaded.lines = std::move(file.lines);
        loaded.data = std::move(file.data);
    }
    return loaded;
}

loaded_data read_with_cache(const std::string& path, const load_options& options) {
    const std::string settings = settings_text(options);
    cache_lookup lookup = find_in_cache(options.cache, path, settings, options.threads);
    loaded_data loaded;
    if (lookup.found) {
        std::visit([&](const auto& set) { loaded.data = set; }, lookup.found->data);
        loaded.cache = std::move(lookup.found->file);
        loaded.lines = std::move(lookup.found->lines);
        loaded.cache_note = "the data comes from the cache '" + options.cache + "'";
        return loaded;
    }
    // before the long work, which a place that cannot be written would make futile
    atomic_file cache(options.cache);
    auto hashed = std::make_unique<hashed_source>(std::make_unique<file_source>(path));
    const hashed_source& raw = *hashed; // lives as long as `source`
    const auto source = input::decompressed(std::move(hashed));
    loaded = read(*source, options);
    std::visit([&](const auto& set) { write_cache(cache, raw.identity(), settings, set, loaded.lines); }, loaded.data);
    cache.commit();
    loaded.cache_note = lookup.why_not.empty() ? "the cache '" + options.cache + "' is written"
                                               : "the cache '" + options.cache + "' is written anew: " + lookup.why_not;
    return loaded;
}

} // namespace

void normalize(loaded_data& loaded, const normalizer& how) {
    if (const auto* const mapped = std::get_if<mapped_sparse_dataset>(&loaded.data)) {
        loaded.data = sparse_dataset{.offsets = {mapped->offsets.begin(), mapped->offsets.end()},
                                     .indices = {mapped->indices.begin(), mapped->indices.end()},
                                     .values = {mapped->values.begin(), mapped->values.end()},
                                     .labels = {mapped->labels.begin(), mapped->labels.end()},
                                     .columns = mapped->columns};
    } else if (const auto* const dense = std::get_if<mapped_dense_dataset>(&loaded.data)) {
        loaded.data = dense_dataset{.values = {dense->values.begin(), dense->values.end()},
                                    .labels = {dense->labels.begin(), dense->labels.end()},
                                    .columns = dense->columns};
    }
    std::visit(
        [&](auto& set) {
            if constexpr (requires { how.apply(set); }) {
                how.apply(set);
            }
        },
        loaded.data);
}

loaded_data load(const std::string& path, const load_options& options) {
    const stopwatch watch;
    load_options resolved = options;
    resolved.format = format_of(path, options.format);
    loaded_data loaded = resolved.cache.empty() ? read(*input::open_source(path), resolved) : read_with_cache(path, resolved);
    loaded.seconds = watch.seconds();
    return loaded;
}

} // namespace peccary::program
