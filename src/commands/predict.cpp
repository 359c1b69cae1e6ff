// peccary predict: labels, scores or probabilities of a model for each row of a data file.
#include "commands/commands.hpp"

#include "input/load.hpp"
#include "model/formats.hpp"
#include "output/text_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/model/model.hpp"
#include "peccary/model/predict.hpp"
#include "report/text.hpp"
#include "system/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace peccary::program {

namespace {

struct predict_options {
    std::string data;
    std::string model;
    std::string output;
    std::string type = "labels";
    std::string format = "auto";
    std::string labels;
    std::string label_column = "-1";
    std::string index_base = "auto";
    std::set<std::string> given;
};

load_options reading(const predict_options& options, const model& trained) {
    load_options how;
    how.format = format_of(options.data, format_named(options.format));
    check_reading_options(options.given, how.format);
    how.labels = options.labels;
    how.label_column = options.label_column == "none" ? "" : options.label_column;
    how.index_base = options.index_base;
    how.max_features = std::uint64_t{max_index} + 1; // the model is the limit
    how.model_features = trained.features;
    how.threads = topology::of_this_process().default_workers();
    return how;
}

/// How well the predictions agree with labels that are there.
class agreement {
public:
    void seen(double label, double predicted) {
        if (std::isnan(label)) {
            return; // the file has none
        }
        ++rows_;
        right_ += label == predicted ? 1 : 0;
        squares_ += (label - predicted) * (label - predicted);
    }
    void report(bool classifies) const {
        if (rows_ == 0) {
            return;
        }
        const auto rows = static_cast<double>(rows_);
        std::cerr << (classifies ? fmt::format("accuracy {:.4f} ({} of {} rows)\n", static_cast<double>(right_) / rows, grouped(right_),
                                               grouped(rows_))
                                 : fmt::format("mean squared error {:.6g} ({} rows)\n", squares_ / rows, grouped(rows_)));
    }

private:
    std::uint64_t rows_ = 0;
    std::uint64_t right_ = 0;
    double squares_ = 0;
};

/// Where the figures of each class stand, in the ascending order of the labels; a model that
/// another program made may have them in any.
std::vector<std::size_t> ascending(std::span<const double> labels) {
    std::vector<std::size_t> order(labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t at) { return labels[at]; });
    return order;
}

template <class View>
void write_predictions(const View& rows, std::span<const double> labels, const predictor& of, const std::string& type, text_file& out) {
    std::vector<real> scores(of.outputs());
    std::vector<real> probabilities(type == "probabilities" ? of.labels().size() : 0);
    const std::vector<std::size_t> columns = type == "scores" && of.outputs() == 1 ? std::vector<std::size_t>{0} : ascending(of.labels());
    // One score of two classes is above 0 for the greater label, whatever the model's order.
    const bool negated = type == "scores" && of.outputs() == 1 && of.classifies() && of.labels()[0] > of.labels()[1];
    agreement agreed;
    std::string line;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        of.scores(rows.row(i), std::span(scores));
        const double predicted = of.label(scores);
        agreed.seen(labels[i], predicted);
        line.clear();
        if (type == "labels") {
            line = format_number(predicted);
        } else {
            if (type == "probabilities") {
                of.probabilities(scores, probabilities);
            }
            for (const std::size_t column : columns) {
                const real figure = (type == "scores" ? scores : probabilities)[column];
                line += (line.empty() ? "" : " ") + format_number(negated ? -figure : figure);
            }
        }
        line += '\n';
        out.write(line);
    }
    out.commit();
    agreed.report(of.classifies());
}

void predict(const predict_options& options) {
    check_outputs({{"the data", options.data}, {"--labels", options.labels}, {"--model", options.model}}, {{"--output", options.output}});
    const model trained = load_any_model(options.model);
    const predictor of(trained);
    if (options.type == "probabilities" && !of.has_probabilities()) {
        throw usage_error("--type probabilities: the objective '" + trained.objective +
                          (trained.output.empty() ? "" : "' with the output '" + trained.output) +
                          "' has none; ask for labels or scores, or train with logistic or softmax");
    }
    const loaded_data loaded = load(options.data, reading(options, trained));
    // Labels are compared with what is predicted, as numbers: one that the model does not know
    // counts as wrong, and is no error.
    const std::vector<real> targets(loaded.size());
    text_file out(options.output);
    std::visit([&](const auto& set) { write_predictions(set.view(targets), set.labels, of, options.type, out); }, loaded.data);
}

} // namespace

command predict_command() {
    const auto options = std::make_shared<predict_options>();
    return {
        .name = "predict",
        .description = "Predict with a trained model",
        .options =
            {
                {.name = "DATA",
                 .value = "",
                 .help = "Data to predict for, as 'peccary train' reads it; - is standard input",
                 .target = &options->data,
                 .required = true},
                {.name = "model",
                 .value = "FILE",
                 .help = "The model: a file that 'peccary train' or liblinear wrote, in any of its formats",
                 .target = &options->model,
                 .required = true},
                {.name = "output",
                 .value = "FILE",
                 .help = "Write the predictions here, one row a line (default: standard output)",
                 .target = &options->output},
                {.name = "type",
                 .value = "NAME",
                 .help = "labels (default), or scores or probabilities, of the labels in ascending order (of two labels one score, above 0 "
                         "for the greater)",
                 .target = &options->type,
                 .choices = {"labels", "scores", "probabilities"}},
                {.name = "format", .value = "NAME", .help = format_help, .target = &options->format, .choices = format_names},
                {.name = "labels", .value = "FILE", .help = "IDX, .npy: compare with the labels in this file", .target = &options->labels},
                {.name = "label-column",
                 .value = "COLUMN",
                 .help = "CSV: the label's column, by name or number (default: the last), or none",
                 .target = &options->label_column},
                {.name = "index-base",
                 .value = "BASE",
                 .help = index_base_help,
                 .target = &options->index_base,
                 .choices = index_base_names},
            },
        .run =
            [options](const std::set<std::string>& given) {
                options->given = given;
                predict(*options);
            },
    };
}

} // namespace peccary::program
