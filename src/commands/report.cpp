// peccary report: one page about training runs, from their logs, or about benchmarks.
#include "reading/report.hpp"
#include "commands/commands.hpp"

#include <memory>

namespace peccary::program {

namespace {

struct report_options {
    std::vector<std::string> logs;
    std::string output = "report.html";
    std::string charts;
};

} // namespace

command report_command() {
    const auto options = std::make_shared<report_options>();
    return {
        .name = "report",
        .description = "Make one self-contained HTML page about training runs or benchmarks, from what they wrote",
        .options =
            {
                {.name = "LOG",
                 .value = "",
                 .help =
                     "What 'peccary train --log' wrote, or one file of 'peccary compare --json', or what benchmarks wrote (scripts/bench)",
                 .target = &options->logs,
                 .required = true},
                {.name = "output", .value = "FILE", .help = "Write the page here (default report.html)", .target = &options->output},
                {.name = "charts",
                 .value = "DIRECTORY",
                 .help = "Write each chart of the page into this directory too, as NAME.svg",
                 .target = &options->charts},
            },
        .run = [options](const std::set<std::string>& /*given*/) { report(options->logs, options->output, options->charts); },
    };
}

} // namespace peccary::program
