// peccary generate: synthetic data sets of any size, the same bytes on every machine.
#include "commands/commands.hpp"

#include "generate/blobs.hpp"
#include "generate/zipf.hpp"
#include "output/text_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/version.hpp"
#include "peccary/model/model_file.hpp"
#include "system/outputs.hpp"

#include <memory>
#include <string>

namespace peccary::program {

namespace {

struct generate_options {
    std::string kind;
    std::uint64_t rows = 0;
    std::uint64_t skip_rows = 0;
    std::uint64_t features = 0;
    std::uint64_t nonzeros = 40;
    std::uint64_t classes = 3;
    double noise = 0.05;
    std::uint64_t seed = 1;
    std::string output;
    std::string truth;
    std::set<std::string> given;
};

void check_kind(const generate_options& options) {
    const auto refuse = [&](const char* option, const char* kind) {
        if (options.given.contains(option) && options.kind != kind) {
            throw usage_error("--" + std::string(option) + " has no effect here: it is for the kind " + kind);
        }
    };
    refuse("nonzeros", "zipf");
    refuse("noise", "zipf");
    refuse("truth", "zipf");
    refuse("classes", "blobs");
    if (options.rows == 0) {
        throw usage_error("--rows must be at least 1");
    }
    if (options.skip_rows > UINT64_MAX - options.rows) {
        throw usage_error("--skip-rows and --rows together must be below 2^64");
    }
}

template <class Set>
void write_rows(const Set& set, const generate_options& options, text_file& out) {
    std::string text;
    for (std::uint64_t row = options.skip_rows; row < options.skip_rows + options.rows; ++row) {
        text.clear();
        set.append_row(row, text);
        out.write(text);
    }
    out.commit();
}

void generate(const generate_options& options) {
    check_kind(options);
    check_outputs({}, {{"--output", options.output == "-" ? std::string() : options.output}, {"--truth", options.truth}});
    if (options.kind == "blobs") {
        const blobs_set set(options.features, options.classes, options.seed);
        text_file out(options.output);
        out.write(set.header());
        write_rows(set, options, out);
        return;
    }
    const zipf_set set(options.features, options.nonzeros, options.noise, options.seed);
    text_file out(options.output);
    write_rows(set, options, out);
    if (!options.truth.empty()) {
        model truth = make_linear_model("logistic", options.features, {-1, 1}, set.truth());
        truth.metadata = {{"version", std::string(version_string)}, {"origin", "the truth of 'peccary generate zipf'"}};
        save(truth, options.truth);
    }
}

} // namespace

command generate_command() {
    const auto options = std::make_shared<generate_options>();
    return {
        .name = "generate",
        .description = "Make synthetic data",
        .options =
            {
                {.name = "KIND",
                 .value = "",
                 .help = "zipf: sparse LIBSVM text like that of documents, with two classes; blobs: dense CSV text, a cloud of points per "
                         "class",
                 .target = &options->kind,
                 .choices = {"zipf", "blobs"},
                 .required = true},
                {.name = "rows", .value = "N", .help = "Rows to write", .target = &options->rows, .required = true},
                {.name = "skip-rows",
                 .value = "N",
                 .help = "Rows to leave out before: a test set for a training set of that many",
                 .target = &options->skip_rows},
                {.name = "features", .value = "N", .help = "Features", .target = &options->features, .required = true},
                {.name = "nonzeros",
                 .value = "N",
                 .help = "zipf: features of a row, on average (default 40)",
                 .target = &options->nonzeros},
                {.name = "noise", .value = "X", .help = "zipf: fraction of labels turned round (default 0.05)", .target = &options->noise},
                {.name = "classes", .value = "N", .help = "blobs: classes (default 3)", .target = &options->classes},
                {.name = "seed", .value = "N", .help = "Seed of all random choices (default 1)", .target = &options->seed},
                {.name = "output",
                 .value = "FILE",
                 .help = "The file to write, compressed if its name ends in .gz or .zst (default: standard output)",
                 .target = &options->output},
                {.name = "truth",
                 .value = "FILE",
                 .help = "zipf: write the model that the labels come from here",
                 .target = &options->truth},
            },
        .run =
            [options](const std::set<std::string>& given) {
                options->given = given;
                generate(*options);
            },
    };
}

} // namespace peccary::program
