// peccary manual: the manual page, made from the options themselves so that it cannot fall behind
// them. Hidden; the build calls it.
#include "commands/commands.hpp"

#include "peccary/core/version.hpp"
#include "report/text.hpp"

#include <string>
#include <string_view>

namespace peccary::program {

namespace {

/// Text as troff takes it: backslashes and hyphens are special, and so are dots and quotes at the
/// start of a line.
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

/// An option with what stands for its value, if it has one.
std::string entry(const std::string& name, const std::string& value, const std::string& help) {
    return (value.empty() ? ".TP\n.B " + troff(name) : ".TP\n.BI \"" + troff(name) + " \" " + troff(value)) + "\n" + troff(help) + "\n";
}

std::string command_section(const command& of) {
    std::string text = ".SS " + troff("peccary " + of.name);
    for (const option& each : of.options) {
        text += each.positional() ? " " + troff(each.name) : "";
    }
    text += " [OPTIONS]\n" + troff(of.description) + ".\n";
    text += entry(help_flag, "", help_text) + entry(version_flag, "", version_text);
    for (const option& each : of.options) {
        text += entry((each.positional() ? "" : "--") + each.name, each.value, each.help);
    }
    return text;
}

std::string manual_page(const std::vector<command>& commands) {
    std::string page = R"(.TH PECCARY 1 "" "peccary )" + std::string(version_string) + R"(" "User Commands")" + "\n";
    page += ".SH NAME\npeccary \\- stochastic gradient descent on one shared\\-memory machine\n";
    page += ".SH SYNOPSIS\n.B peccary\n.I SUBCOMMAND\n[OPTIONS]\n";
    page += ".SH DESCRIPTION\n"
            "Trains linear and softmax models with lock\\-free, atomic, locked and synchronous update schemes over one shared parameter\n"
            "buffer, and reports how stale each worker's updates were. Data goes to standard output, progress and messages to standard\n"
            "error.\n";
    page += ".SH SUBCOMMANDS\n";
    for (const command& each : commands) {
        page += each.hidden ? "" : command_section(each);
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

command manual_command(const std::vector<command>& all) {
    return {
        .name = "manual",
        .description = "Print the manual page",
        .options = {},
        .run = [&all](const std::set<std::string>& /*given*/) { print(manual_page(all)); },
        .hidden = true,
    };
}

} // namespace peccary::program
