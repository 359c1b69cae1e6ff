// peccary compare: update schemes and numbers of workers, side by side.
#include "comparing/compare.hpp"

#include "commands/commands.hpp"
#include "comparing/option_rows.hpp"
#include "peccary/core/topology.hpp"

#include <memory>

namespace peccary::program {

command compare_command() {
    const auto options = std::make_shared<compare_options>();
    options->schemes = {"all"};
    options->common.schedule = "linear";
    return {.name = "compare",
            .description = "Compare update schemes and numbers of workers on a data file",
            .options = comparison_options(*options),
            .run = [options](const std::set<std::string>& given) {
                options->common.given = given;
                if (options->threads.empty()) {
                    options->threads = {1};
                    if (const unsigned cores = topology::of_this_process().default_workers(); cores > 1) {
                        options->threads.push_back(cores);
                    }
                }
                check_own_options(*options);
                compare(*options);
            }};
}

} // namespace peccary::program
