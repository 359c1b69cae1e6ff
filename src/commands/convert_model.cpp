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

void add_convert_model(CLI::App& program) {
    CLI::App* const command = add_command(program, "convert-model", "Convert between model formats");
    const auto options = std::make_shared<convert_model_options>();
    command->add_option("IN", options->input, "A model in any of the formats")->required()->option_text(" ");
    command->add_option("OUT", options->output, "The file to write")->required()->option_text(" ");
    command->add_option("--to", options->to, fmt::format("Format of OUT: {}", fmt::join(model_format_names(), ", ")))
        ->required()
        ->check(CLI::IsMember(model_format_names()))
        ->option_text("NAME");
    command->callback([options] {
        check_outputs({{"the input", options->input}}, {{"the output", options->output}});
        save_model_as(options->to, load_any_model(options->input), options->output);
    });
}

} // namespace peccary::program
