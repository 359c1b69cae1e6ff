// peccary manual: the manual page, made from the options themselves so that it cannot fall behind them. Hidden; the build calls it.
#include "commands/commands.hpp"

#include "peccary/core/version.hpp"
#include "report/text.hpp"

#include <string>
#include <string_view>

namespace peccary::program {

namespace {

/// Text as troff takes it: backslashes and hyphens are special, and so are dots and quotes at the start of a line.
std::string troff(std::string_view text) {
    std::string result;
    bool line_begins = true;
    for (const char c : text) {
        if (line_begins && (c == '.' || c == '\'')) {
            result += "\\&";
        }
        line_begins = c == '\n';
        if (c == '-') {
            result += "\\-";
        } else if (c == '\\') {
            result += "\\e";
        } else {
            result += c;
        }
    }
    return result;
}

std::string option_entry(const CLI::Option& option) {
    const bool positional = option.get_positional();
    std::string value = option.get_option_text();
    value.erase(0, value.find_first_not_of(' '));
    std::string entry = ".TP\n.B " + troff(positional ? option.get_name(true) : option.get_name(false, true)) + "\n";
    if (!value.empty() && !positional) {
        entry = ".TP\n.BI \"" + troff(option.get_name(false, true)) + " \" " + troff(value) + "\n";
    }
    return entry + troff(option.get_description()) + "\n";
}

std::string command_section(const CLI::App& command) {
    std::string text = ".SS " + troff("peccary " + command.get_name());
    for (const CLI::Option* const option : command.get_options([](const CLI::Option* each) { return each->get_positional(); })) {
        text += " " + troff(option->get_name(true));
    }
    text += " [OPTIONS]\n" + troff(command.get_description()) + ".\n";
    for (const CLI::Option* const option : command.get_options()) {
        text += option_entry(*option);
    }
    return text;
}

std::string manual_page(const CLI::App& program) {
    std::string page = R"(.TH PECCARY 1 "" "peccary )" + std::string(version_string) + R"(" "User Commands")" + "\n";
    page += ".SH NAME\npeccary \\- stochastic gradient descent on one shared\\-memory machine\n";
    page += ".SH SYNOPSIS\n.B peccary\n.I SUBCOMMAND\n[OPTIONS]\n";
    page += ".SH DESCRIPTION\n"
            "Trains linear and softmax models with lock\\-free, atomic, locked and synchronous update schemes over one shared parameter\n"
            "buffer, and reports how stale each worker's updates were. Data goes to standard output, progress and messages to standard\n"
            "error.\n";
    page += ".SH SUBCOMMANDS\n";
    for (const CLI::App* const command : program.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
        page += command_section(*command);
    }
    page += ".SH \"EXIT STATUS\"\n";
    const char* const codes[] = {"ok",
                                 "run\\-time failure",
                                 "usage: an unknown option, or one that has no effect in its combination",
                                 "bad data or model file; nothing is written",
                                 "training diverged; the last good checkpoint is kept",
                                 "interrupted by SIGINT or SIGTERM; the checkpoint is written, if there is one"};
    for (int code = 0; code < 6; ++code) {
        page += ".TP\n.B " + std::to_string(code) + "\n" + codes[code] + "\n";
    }
    page += ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nIf it is set and not empty, progress has no colours.\n";
    return page;
}

} // namespace

void add_manual(CLI::App& program) {
    CLI::App* const command = add_command(program, "manual", "Print the manual page");
    command->group(""); // hidden
    command->callback([&program] { print(manual_page(program)); });
}

} // namespace peccary::program
