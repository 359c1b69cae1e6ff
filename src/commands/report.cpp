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

void add_report(CLI::App& program) {
    CLI::App* const command =
        add_command(program, "report", "Make one self-contained HTML page about training runs or benchmarks, from what they wrote");
    const auto options = std::make_shared<report_options>();
    command
        ->add_option("LOG", options->logs,
                     "What 'peccary train --log' wrote, or one file of 'peccary compare --json', or what "
                     "benchmarks wrote (scripts/bench)")
        ->required()
        ->option_text(" ");
    command->add_option("--output", options->output, "Write the page here (default report.html)")->option_text("FILE");
    command->add_option("--charts", options->charts, "Write each chart of the page into this directory too, as NAME.svg")
        ->option_text("DIRECTORY");
    command->callback([options] { report(options->logs, options->output, options->charts); });
}

} // namespace peccary::program
