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

void add_generate(CLI::App& program) {
    CLI::App* const command = add_command(program, "generate", "Make synthetic data");
    const auto options = std::make_shared<generate_options>();
    command
        ->add_option(
            "KIND", options->kind,
            "zipf: sparse LIBSVM text like that of documents, with two classes; blobs: dense CSV text, a cloud of points per class")
        ->required()
        ->check(CLI::IsMember({"zipf", "blobs"}))
        ->option_text(" ");
    add_count(*command, "--rows", options->rows, "Rows to write")->required();
    add_count(*command, "--skip-rows", options->skip_rows, "Rows to leave out before: a test set for a training set of that many");
    add_count(*command, "--features", options->features, "Features")->required();
    add_count(*command, "--nonzeros", options->nonzeros, "zipf: features of a row, on average (default 40)");
    command->add_option("--noise", options->noise, "zipf: fraction of labels turned round (default 0.05)")->option_text("X");
    add_count(*command, "--classes", options->classes, "blobs: classes (default 3)");
    add_count(*command, "--seed", options->seed, "Seed of all random choices (default 1)");
    command
        ->add_option("--output", options->output,
                     "The file to write, compressed if its name ends in .gz or .zst (default: standard output)")
        ->option_text("FILE");
    command->add_option("--truth", options->truth, "zipf: write the model that the labels come from here")->option_text("FILE");
    command->callback([command, options] {
        options->given = given_options(*command);
        generate(*options);
    });
}

} // namespace peccary::program
