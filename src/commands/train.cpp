// peccary train: trains a model on a data file.
#include "training/train.hpp"
#include "commands/commands.hpp"
#include "system/shell.hpp"
#include "training/option_rows.hpp"

#include <memory>
#include <string>

namespace peccary::program {

namespace {

/// The command as a shell takes it, without --resume and its file.
std::string command_to_go_on(const std::vector<std::string>& arguments) {
    std::string line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--resume") {
            ++i;
        } else if (!arguments[i].starts_with("--resume=")) {
            line += (line.empty() ? "" : " ") + shell_quoted(arguments[i]);
        }
    }
    return line;
}

} // namespace

command train_command(const std::vector<std::string>& arguments) {
    const auto options = std::make_shared<train_options>();
    options->command = command_to_go_on(arguments);
    command made{.name = "train",
                 .description = "Train a model on a data file",
                 .options = {},
                 .run = [options](const std::set<std::string>& given) {
                     options->given = given;
                     train(*options);
                 }};
    for (const option_group& group : training_groups()) {
        for (const training_row& row : group.rows) {
            made.options.push_back(row.bound_to(*options, group.heading));
        }
    }
    return made;
}

} // namespace peccary::program
