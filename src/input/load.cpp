#include "input/load.hpp"

#include "input/open_source.hpp"
#include "peccary/core/atomic_file.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/data/byte_source.hpp"
#include "peccary/data/hashed_source.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace peccary::program {

data_format format_of(const std::string& path, data_format asked) {
    if (asked != data_format::automatic) {
        return asked;
    }
    std::string_view name = path;
    for (const std::string_view compressed : {".gz", ".zst"}) {
        if (name.ends_with(compressed)) {
            name.remove_suffix(compressed.size());
            break;
        }
    }
    return name.ends_with(".csv") || name.ends_with(".tsv") ? data_format::csv : data_format::libsvm;
}

data_format format_named(const std::string& name) {
    return name == "libsvm" ? data_format::libsvm : name == "csv" ? data_format::csv : data_format::automatic;
}

index_base index_base_named(const std::string& name) {
    return name == "0" ? index_base::zero : name == "1" ? index_base::one : index_base::detect;
}

namespace {

/// All that decides what `read` makes of a file, for eyes and for comparison. `threads` does not.
std::string settings_text(const load_options& options) {
    std::string text = options.format == data_format::csv ? "csv, label column '" + options.label_column + "'"
                       : options.base == index_base::detect
                           ? "libsvm, index base auto, at most " + std::to_string(options.max_features) + " features"
                           : "libsvm, index base " + std::string(options.base == index_base::zero ? "0" : "1") + ", at most " +
                                 std::to_string(options.max_features) + " features";
    if (options.model_features) {
        text += ", for a model of " + std::to_string(*options.model_features) + " features";
    }
    return text;
}

loaded_data read(byte_source& source, const load_options& options) {
    loaded_data loaded;
    if (options.format == data_format::csv) {
        csv_file file =
            read_csv(source, {.label = options.label_column, .model_features = options.model_features, .threads = options.threads});
        loaded.lines = std::move(file.lines);
        loaded.data = std::move(file.data);
    } else {
        libsvm_file file = read_libsvm(source, {.base = options.base,
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
    atomic_file cache(options.cache); // before the long work, which a place that cannot be written would make futile
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

loaded_data load(const std::string& path, const load_options& options) {
    const stopwatch watch;
    load_options resolved = options;
    resolved.format = format_of(path, options.format);
    loaded_data loaded = resolved.cache.empty() ? read(*input::open_source(path), resolved) : read_with_cache(path, resolved);
    loaded.seconds = watch.seconds();
    return loaded;
}

} // namespace peccary::program
