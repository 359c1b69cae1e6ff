// peccary convert-model: one model format to another.
#include "commands/commands.hpp"

#include "model/formats.hpp"
#include "system/outputs.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

namespace peccary::program {

namespace {

struct convert_model_options {
    std::string input;
    std::string output;
    std::string to;
};

} // namespace

command convert_model_command() {
    const auto options = std::make_shared<convert_model_options>();
    return {
        .name = "convert-model",
        .description = "Convert between model formats",
        .options =
            {
                {.name = "IN", .value = "", .help = "A model in any of the formats", .target = &options->input, .required = true},
                {.name = "OUT", .value = "", .help = "The file to write", .target = &options->output, .required = true},
                {.name = "to",
                 .value = "NAME",
                 .help = fmt::format("Format of OUT: {}", fmt::join(model_format_names(), ", ")),
                 .target = &options->to,
                 .choices = model_format_names(),
                 .required = true},
            },
        .run =
            [options](const std::set<std::string>& /*given*/) {
                check_outputs({{"the input", options->input}}, {{"the output", options->output}});
                convert_model(options->input, options->to, options->output);
            },
    };
}

} // namespace peccary::program
