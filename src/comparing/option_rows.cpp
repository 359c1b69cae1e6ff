#include "comparing/option_rows.hpp"

#include "options/option_row.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/step/schedules.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"

#include <cmath>
#include <string_view>
#include <variant>

namespace peccary::program {

namespace {

using options = compare_options;
using comparison_row = option_row<options>;

/// An option of training, perhaps with another text of help.
struct shared_row {
    std::string_view name;
    std::string_view help = {};

    training_row row() const {
        training_row shown = training_row_named(name);
        shown.help = help.empty() ? shown.help : help;
        return shown;
    }
};

constexpr const char* heading = "Comparison";

constexpr std::variant<comparison_row, shared_row> rows[] = {
    comparison_row{.name = "schemes",
                   .value = "NAME,...",
                   .help = "Some of {}, or all (default); with knobs as in replicas:period=64",
                   .member = &options::schemes,
                   .names = scheme_names},
    comparison_row{.name = "threads",
                   .value = "N,...",
                   .help = "Numbers of workers (default: 1 and usable physical cores)",
                   .member = &options::threads,
                   .positive = true},
    comparison_row{.name = "repeat",
                   .value = "N",
                   .help = "Rounds; in each everything runs once (default 7)",
                   .member = &options::rounds,
                   .positive = true},
    comparison_row{.name = "target",
                   .value = "GAP",
                   .help = "How near to the optimum, or else to the best objective value of all runs, counts as there, relative to it "
                           "(default 0.001)",
                   .member = &options::target,
                   .in_range = [](const options& all) { return std::isfinite(all.target) && all.target > 0; },
                   .range = "a positive number"},
    comparison_row{.name = "optimum",
                   .value = "X",
                   .help = "The least objective value, if it is known: what gaps are measured against",
                   .member = &options::optimum,
                   .in_range = [](const options& all) { return std::isfinite(*all.optimum) && *all.optimum > 0; },
                   .range = "a positive number"},
    shared_row{"step", "First step size of all runs; auto (default) chooses one for each contender"},
    comparison_row{.name = "no-tune",
                   .value = "",
                   .help = "Take the step that a sample suggests, instead of trying its doubles and halves in whole runs of each scheme "
                           "and number of workers",
                   .member = &options::no_tune,
                   .no_effect =
                       [](const options& all) {
                           return std::string(all.common.step != "auto" ? "--step is taken as it is given; leave one of them out" : "");
                       }},
    shared_row{"epochs", "Passes over the data (default: 6 to 30, more for smaller data)"},
    shared_row{"schedule", "How the step size falls: {} (default linear)"},
    shared_row{"damping"},
    shared_row{"executor"},
    shared_row{"delay"},
    shared_row{"seed"},
    shared_row{"diagnose", "Count lost updates and torn reads, in one more run of each contender, which is not timed"},
    comparison_row{.name = "json", .value = "FILE", .help = "Write all figures here, after each round", .member = &options::json},
    comparison_row{.name = "csv", .value = "FILE", .help = "Write a line for each run here", .member = &options::csv},
    comparison_row{.name = "html", .value = "FILE", .help = "Write a self-contained page with charts here", .member = &options::html},
    comparison_row{.name = "resume",
                   .value = "FILE",
                   .help = "Go on with the rounds that are missing in this file, which --json wrote; it is written again, unless --json "
                           "names another",
                   .member = &options::resume},
    shared_row{"progress"},
    shared_row{"quiet"},
};

/// The tables that training and comparing have whole.
std::vector<option_group> shared_groups() { return {{"Data", data_rows()}, {"Objective", objective_rows()}, {"Update rule", rule_rows()}}; }

} // namespace

std::vector<option> comparison_options(compare_options& of) {
    std::vector<option> all;
    for (const option_group& group : shared_groups()) {
        for (const training_row& row : group.rows) {
            all.push_back(row.bound_to(of.common, group.heading));
        }
    }
    for (const auto& row : rows) {
        const auto* const own = std::get_if<comparison_row>(&row);
        all.push_back(own != nullptr ? own->bound_to(of, heading) : std::get<shared_row>(row).row().bound_to(of.common, heading));
    }
    return all;
}

void check_own_options(const compare_options& of) {
    // all contenders have the same, so it is never chosen
    with_named<schedules>("schedule", of.common.schedule, [](auto /*tag*/) {});
    for (const auto& row : rows) {
        if (const auto* const own = std::get_if<comparison_row>(&row)) {
            check_rows(option_table<compare_options>(own, 1), of, of.common.given);
        }
    }
}

std::vector<std::string> shared_settings() {
    std::vector<std::string> names;
    const auto add = [&](const training_row& row) {
        if (row.where == recorded::in_checkpoints) {
            names.push_back(row.key());
        }
    };
    for (const option_group& group : shared_groups()) {
        for (const training_row& row : group.rows) {
            add(row);
        }
    }
    for (const auto& row : rows) {
        if (const auto* const shared = std::get_if<shared_row>(&row)) {
            add(shared->row());
        }
    }
    return names;
}

} // namespace peccary::program
