#include "input/format.hpp"

#include "peccary/core/error.hpp"

#include <algorithm>
#include <string_view>

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
    return name.ends_with(".csv") || name.ends_with(".tsv")    ? data_format::csv
           : name.ends_with("ubyte") || name.ends_with(".idx") ? data_format::idx
           : name.ends_with(".npy")                            ? data_format::npy
                                                               : data_format::libsvm;
}

std::string no_effect_on_reading(const std::string& option, data_format format) {
    const bool csv = format == data_format::csv;
    if (option == "label-column" && !csv) {
        return is_array(format) ? "IDX and .npy data have no column of labels; give --labels FILE"
                                : "LIBSVM data has its labels in front; it is for CSV";
    }
    if ((option == "index-base" || option == "max-features") && format != data_format::libsvm) {
        return csv ? "CSV data has no indices; it is for LIBSVM" : "dense data has no indices; it is for LIBSVM";
    }
    if (option == "cache" && is_array(format)) {
        return "IDX and .npy data are not text that has to be parsed";
    }
    if (option == "labels" && !is_array(format)) {
        return "LIBSVM and CSV data have their labels beside the features; it is for IDX and .npy";
    }
    return {};
}

void check_reading_options(const std::set<std::string>& given, data_format format) {
    for (const char* const option : {"label-column", "index-base", "max-features", "cache", "labels"}) {
        const std::string why = given.contains(option) ? no_effect_on_reading(option, format) : std::string();
        if (!why.empty()) {
            throw usage_error("--" + std::string(option) + " has no effect here: " + why);
        }
    }
}

data_format format_named(const std::string& name) {
    const auto found = std::ranges::find(format_names, name);
    return found == format_names.end() ? data_format::automatic : static_cast<data_format>(found - format_names.begin());
}

} // namespace peccary::program
