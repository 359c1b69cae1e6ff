#include "options/command_line.hpp"

#include "options/suggestion.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/version.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

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

void add_help_and_version(CLI::App& app) {
    app.set_help_flag(help_flag, help_text);
    app.set_version_flag(version_flag, "peccary " + std::string(version_string), version_text);
}

template <class T>
struct value_of {
    using type = T;
};
template <class T>
struct value_of<std::optional<T>> {
    using type = T;
};
template <class T>
struct is_list : std::false_type {};
template <class T>
struct is_list<std::vector<T>> : std::true_type {};

/// CLI11 by itself would take -1 for 2^64 - 1.
template <class Unsigned>
std::string fault_of_count(const std::string& text) {
    return parse_number<Unsigned>(text) ? std::string() : "'" + text + "' is not a whole number in range";
}

/// What a variable of a shell leaves behind that was never set.
std::string fault_of_text(const std::string& text) { return text.empty() ? "its value is empty; leave the option out, or say which" : ""; }

std::string fault_of_required_text(const std::string& text) { return text.empty() ? "its value is empty" : ""; }

/// CLI11 by itself would spell out the largest double.
std::string fault_of_positive(const std::string& text) {
    const std::optional<double> value = parse_number<double>(text);
    return value && *value > 0 ? std::string() : "'" + text + "' is not a number above 0";
}

template <class T>
CLI::Option* add_to(CLI::App& app, const option& row, T& target) {
    const std::string name = (row.positional() ? "" : "--") + row.name;
    if constexpr (std::is_same_v<T, bool>) {
        return app.add_flag(name, target, row.help);
    } else {
        CLI::Option* const added = app.add_option(name, target, row.help);
        using value = typename value_of<T>::type;
        if constexpr (std::is_unsigned_v<value>) {
            added->check(fault_of_count<value>);
        } else if constexpr (std::is_same_v<value, std::string>) {
            added->check(row.required ? fault_of_required_text : fault_of_text);
        }
        if (is_list<T>::value && !row.positional()) {
            added->delimiter(',');
        }
        return added;
    }
}

void add(CLI::App& app, const option& row) {
    CLI::Option* const added = std::visit([&](auto* target) { return add_to(app, row, *target); }, row.target);
    if (row.positive) {
        added->check(fault_of_positive);
    }
    if (!row.choices.empty()) {
        added->check(CLI::IsMember(row.choices));
    }
    added->required(row.required);
    if (!row.flag()) {
        added->option_text(row.positional() ? " " : row.value);
    }
    if (!row.group.empty()) {
        added->group(row.group);
    }
}

CLI::App* add(CLI::App& program, const command& described) {
    CLI::App* const app = program.add_subcommand(described.name, described.description);
    add_help_and_version(*app);
    auto formatter = std::make_shared<wrapping_formatter>();
    formatter->column_width(name_column);
    app->formatter(formatter);
    app->footer(""); // the program's is for the program
    if (described.hidden) {
        app->group("");
    }
    for (const option& row : described.options) {
        add(*app, row);
    }
    return app;
}

std::set<std::string> given_options(const CLI::App& app) {
    std::set<std::string> given;
    for (const CLI::Option* const each : app.get_options()) {
        if (each->count() > 0) {
            given.insert(each->get_lnames().empty() ? each->get_name() : each->get_lnames().front());
        }
    }
    return given;
}

/// The subcommand on the command line; the program itself if there is none.
std::pair<const CLI::App*, const command*> parsed(const CLI::App& program, const std::vector<CLI::App*>& apps,
                                                  const std::vector<command>& commands) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (apps[i]->parsed()) {
            return {apps[i], &commands[i]};
        }
    }
    return {&program, nullptr};
}

} // namespace

parsed_line parse_command_line(const std::vector<command>& commands, const std::vector<std::string>& arguments) {
    CLI::App program("Stochastic gradient descent on one shared-memory machine.", "peccary");
    add_help_and_version(program);
    program.require_subcommand(1);
    program.footer("'peccary SUBCOMMAND --help' lists a subcommand's options.\n"
                   "Exit codes: 0 ok, 1 run-time failure, 2 usage, 3 bad data or model file, 4 diverged, 5 interrupted.");
    std::vector<CLI::App*> apps;
    apps.reserve(commands.size());
    for (const command& each : commands) {
        apps.push_back(add(program, each));
    }
    try {
        // as CLI11 takes them
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend() - 1);
        program.parse(std::move(reversed));
    } catch (const CLI::ParseError& met) {
        if (met.get_exit_code() == 0) {
            program.exit(met); // --help or --version
            return {};
        }
        const auto [app, chosen] = parsed(program, apps, commands);
        throw usage_error(usage_message(commands, chosen, arguments, app->remaining(), met.what()));
    }
    const auto [app, chosen] = parsed(program, apps, commands);
    return {.chosen = chosen, .given = given_options(*app)};
}

} // namespace peccary::program
