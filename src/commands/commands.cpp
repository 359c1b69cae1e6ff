#include "commands/commands.hpp"

#include "peccary/core/version.hpp"

#include <memory>
#include <string_view>

namespace peccary::program {

namespace {

constexpr std::size_t name_column = 28;
constexpr std::size_t text_column = 92; ///< of a description: lines of 120

/// CLI11's, with descriptions broken into lines.
class wrapping_formatter final : public CLI::Formatter {
public:
    std::string make_option_desc(const CLI::Option* option) const override { return wrapped(option->get_description()); }

private:
    static std::string wrapped(std::string_view text) {
        std::string lines;
        while (text.size() > text_column) {
            const std::size_t blank = text.rfind(' ', text_column);
            if (blank == std::string_view::npos) {
                break;
            }
            lines += std::string(text.substr(0, blank)) + "\n";
            text.remove_prefix(blank + 1);
        }
        return lines + std::string(text);
    }
};

} // namespace

CLI::App* add_command(CLI::App& program, const std::string& name, const std::string& description) {
    CLI::App* const command = program.add_subcommand(name, description);
    command->set_help_flag("-h,--help", "Print this help and exit");
    command->set_version_flag("--version", "peccary " + std::string(version_string), "Print the version and exit");
    auto formatter = std::make_shared<wrapping_formatter>();
    formatter->column_width(name_column);
    command->formatter(formatter);
    command->footer(""); // the program's is for the program
    return command;
}

std::set<std::string> given_options(const CLI::App& command) {
    std::set<std::string> given;
    for (const CLI::Option* const option : command.get_options()) {
        if (option->count() > 0) {
            given.insert(option->get_lnames().empty() ? option->get_name() : option->get_lnames().front());
        }
    }
    return given;
}

} // namespace peccary::program
