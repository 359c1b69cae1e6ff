// peccary convert: from one data format to another.
#include "commands/commands.hpp"

#include "input/load.hpp"
#include "output/text_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/topology.hpp"
#include "system/outputs.hpp"

#include <cmath>
#include <memory>
#include <string>

namespace peccary::program {

namespace {

struct convert_options {
    std::string input;
    std::string output;
    std::string from = "auto";
    std::string to = "auto";
    std::string labels;
    std::string label_column = "-1";
    std::string index_base = "auto";
    std::set<std::string> given;
};

/// "label index:value ...", indices from 1; what is zero is left out.
template <class View>
void write_libsvm(const View& rows, std::span<const double> labels, text_file& out) {
    std::string line;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows.row(i);
        line = std::isnan(labels[i]) ? "0" : format_number(labels[i]);
        for (std::size_t k = 0; k < row.size(); ++k) {
            if (row.value(k) != 0) {
                line += ' ';
                line += format_number(std::uint64_t{row.index(k)} + 1);
                line += ':';
                line += format_number(row.value(k));
            }
        }
        line += '\n';
        out.write(line);
    }
}

/// A header, the features, and the label last. Sparse rows are filled with zeros, so the text grows
/// with rows times features.
template <class View>
void write_csv(const View& rows, std::span<const double> labels, text_file& out) {
    for (std::size_t column = 0; column < rows.features(); ++column) {
        out.write("x" + std::to_string(column + 1) + ",");
    }
    out.write("label\n");
    std::string line;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows.row(i);
        line.clear();
        std::size_t k = 0;
        for (std::size_t column = 0; column < rows.features(); ++column) {
            const bool there = k < row.size() && row.index(k) == column;
            line += there ? format_number(row.value(k)) : "0";
            line += ',';
            k += there ? 1 : 0;
        }
        line += std::isnan(labels[i]) ? "0" : format_number(labels[i]);
        line += '\n';
        out.write(line);
    }
}

void convert(const convert_options& options) {
    load_options how;
    how.format = format_of(options.input, format_named(options.from));
    check_reading_options(options.given, how.format);
    const data_format written = format_of(options.output, format_named(options.to));
    if (is_array(written)) {
        throw usage_error("'peccary convert' writes LIBSVM and CSV, not IDX or .npy; give --to libsvm or --to csv");
    }
    how.labels = options.labels;
    how.label_column = options.label_column == "none" ? "" : options.label_column;
    how.index_base = options.index_base;
    how.max_features = std::uint64_t{max_index} + 1;
    how.threads = topology::of_this_process().default_workers();
    check_outputs({{"the input", options.input}, {"--labels", options.labels}},
                  {{"the output", options.output == "-" ? std::string() : options.output}});
    const loaded_data loaded = load(options.input, how);
    const std::vector<real> targets(loaded.size());
    text_file out(options.output);
    std::visit(
        [&](const auto& set) {
            if (written == data_format::csv) {
                write_csv(set.view(targets), set.labels, out);
            } else {
                write_libsvm(set.view(targets), set.labels, out);
            }
        },
        loaded.data);
    out.commit();
}

} // namespace

command convert_command() {
    const auto options = std::make_shared<convert_options>();
    return {
        .name = "convert",
        .description = "Convert between data formats",
        .options =
            {
                {.name = "IN",
                 .value = "",
                 .help = "Data as 'peccary train' reads it; - is standard input",
                 .target = &options->input,
                 .required = true},
                {.name = "OUT",
                 .value = "",
                 .help = "The file to write, compressed if its name ends in .gz or .zst; - is standard output",
                 .target = &options->output,
                 .required = true},
                {.name = "from",
                 .value = "NAME",
                 .help = "Format of IN: auto (by its name), libsvm, csv, idx or npy",
                 .target = &options->from,
                 .choices = format_names},
                {.name = "to",
                 .value = "NAME",
                 .help = "Format of OUT: auto (by its name), libsvm or csv",
                 .target = &options->to,
                 .choices = {"auto", "libsvm", "csv"}},
                {.name = "labels",
                 .value = "FILE",
                 .help = "IDX, .npy: the file with the labels of IN (default: none, written as 0)",
                 .target = &options->labels},
                {.name = "label-column",
                 .value = "COLUMN",
                 .help = "CSV: the label's column, by name or number (default: the last), or none",
                 .target = &options->label_column},
                {.name = "index-base",
                 .value = "BASE",
                 .help = "LIBSVM: indices of IN count from 0 or 1 (those of OUT from 1)",
                 .target = &options->index_base,
                 .choices = index_base_names},
            },
        .run =
            [options](const std::set<std::string>& given) {
                options->given = given;
                convert(*options);
            },
    };
}

} // namespace peccary::program
