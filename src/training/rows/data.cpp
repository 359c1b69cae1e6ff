// The options that say what data to train on, and how to read it.
#include "input/format.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/data/normalizer.hpp"
#include "training/option_rows.hpp"

namespace peccary::program {

namespace {

std::string of_data(const train_options& all, const std::string& option) { return no_effect_on_reading(option, format_of_data(all)); }

void require_labels(const std::string& file, data_format format, const std::string& labels, const std::string& option) {
    if (!file.empty() && is_array(format) && labels.empty()) {
        throw usage_error("'" + file + "' is an IDX or .npy file, which has no labels of its own; give " + option + " FILE");
    }
}

std::string normalization_names() { return names_of<normalizations>(); }

} // namespace

training_rows data_rows() {
    static constexpr training_row rows[] = {
        {.name = "DATA",
         .value = "",
         .help = "Data to train on: LIBSVM or CSV text, IDX or .npy, plain, gzip or zstd; - is standard input",
         .member = &train_options::data,
         .where = recorded::in_logs,
         .required = true},
        {.name = "test",
         .value = "FILE",
         .help = "Evaluate on this data too, after each epoch",
         .member = &train_options::test,
         .where = recorded::in_logs,
         .check =
             [](const train_options& all) {
                 if (all.data == "-" && all.test == "-") {
                     throw usage_error("standard input can be the data or the test data, not both; give one of them as a file");
                 }
             }},
        {.name = "format", .value = "NAME", .help = format_help, .member = &train_options::format, .choices = [] { return format_names; }},
        {.name = "labels",
         .value = "FILE",
         .help = "IDX, .npy: the file with the labels of DATA",
         .member = &train_options::labels,
         .where = recorded::in_logs,
         .no_effect = [](const train_options& all) { return of_data(all, "labels"); },
         .check = [](const train_options& all) { require_labels(all.data, format_of_data(all), all.labels, "--labels"); }},
        {.name = "test-labels",
         .value = "FILE",
         .help = "IDX, .npy: the file with the labels of the test data",
         .member = &train_options::test_labels,
         .where = recorded::in_logs,
         .no_effect =
             [](const train_options& all) {
                 const bool used = !all.test.empty() && is_array(format_of_test_data(all));
                 return std::string(used ? "" : "it is for --test data in IDX or .npy format");
             },
         .check = [](const train_options& all) { require_labels(all.test, format_of_test_data(all), all.test_labels, "--test-labels"); }},
        {.name = "label-column",
         .value = "COLUMN",
         .help = "CSV: the label's column, by name or number; 1 is the first, -1 the last (default)",
         .member = &train_options::label_column,
         .no_effect =
             [](const train_options& all) {
                 const bool of_test = !all.test.empty() && format_of_test_data(all) == data_format::csv;
                 return of_test ? std::string() : of_data(all, "label-column");
             }},
        {.name = "index-base",
         .value = "BASE",
         .help = index_base_help,
         .member = &train_options::index_base,
         .choices = [] { return index_base_names; },
         .no_effect = [](const train_options& all) { return of_data(all, "index-base"); }},
        {.name = "max-features",
         .value = "N",
         .help = "LIBSVM: refuse indices beyond this many features (default 2^28)",
         .member = &train_options::max_features,
         .no_effect = [](const train_options& all) { return of_data(all, "max-features"); }},
        {.name = "cache",
         .value = "FILE",
         .help = "Keep DATA in parsed form here: taken from FILE while it fits the data and the options above, else written",
         .member = &train_options::cache,
         .where = recorded::in_logs,
         .no_effect =
             [](const train_options& all) {
                 const char* const unchecked =
                     all.data == "-" ? "standard input cannot be read again to check a cache against it; give the data as a file" : "";
                 const std::string why = of_data(all, "cache");
                 return why.empty() ? std::string(unchecked) : why;
             },
         .in_range = [](const train_options& all) { return !all.cache.empty(); },
         .range = "the name of a file"},
        {.name = "normalize",
         .value = "NAME",
         .help = "none (default), {}: scale the features; what is learned for it is kept in the model",
         .member = &train_options::normalize,
         .names = normalization_names,
         .check =
             [](const train_options& all) {
                 if (all.normalize != "none") {
                     static_cast<void>(normalization_named(all.normalize));
                 }
             }},
        {.name = "validation",
         .value = "FRACTION",
         .help = "Hold back this fraction of the rows, chosen by a hash of seed and row",
         .member = &train_options::validation,
         .in_range = [](const train_options& all) { return all.validation >= 0 && all.validation < 1; },
         .range = "a fraction from 0 to below 1"},
    };
    return rows;
}

} // namespace peccary::program
