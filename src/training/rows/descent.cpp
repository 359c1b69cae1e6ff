// The options that say how far and how fast descent goes.
#include "peccary/core/number_text.hpp"
#include "peccary/scheme/requirements.hpp"
#include "peccary/step/dampings.hpp"
#include "peccary/step/schedules.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"

#include <fmt/format.h>

#include <cmath>

namespace peccary::program {

namespace {

std::string schedule_names() { return names_of<schedules>(); }

/// The schedules that have a decay, each with its default.
std::string decays() {
    std::string text;
    schedules::for_each([&](auto tag) {
        constexpr schedule_info info = decltype(tag)::type::info;
        if (info.decay != 0) {
            text += fmt::format("{}{} (default {})", text.empty() ? "" : ", ", info.name, info.decay);
        }
    });
    return text;
}

schedule_info schedule_named(const std::string& name) {
    schedule_info found{};
    with_named<schedules>("schedule", name, [&](auto tag) { found = decltype(tag)::type::info; });
    return found;
}

} // namespace

training_rows descent_rows() {
    static constexpr training_row rows[] = {
        {.name = "epochs",
         .value = "N",
         .help = "Passes over the data (default: 6 to 30, more for smaller data; 5 to 25 where --schedule auto is inverse_linear)",
         .member = &train_options::epochs,
         .positive = true},
        {.name = "step",
         .value = "X",
         .help = "First step size; auto (default) tries a few on a sample",
         .member = &train_options::step,
         .check =
             [](const train_options& all) {
                 const auto step = all.step == "auto" ? std::optional(1.0) : parse_number<double>(all.step);
                 if (!step || !std::isfinite(*step) || *step <= 0) {
                     throw usage_error("--step must be auto or a positive number, not '" + all.step + "'");
                 }
             }},
        {.name = "schedule",
         .value = "NAME",
         .help = "How the step size falls: {}; linear and inverse_linear reach 0 at the last epoch. auto (default): inverse_linear for "
                 "logistic "
                 "models whose step is auto, in 3 passes or more, else linear",
         .member = &train_options::schedule,
         .names = schedule_names,
         .settled = true,
         .check =
             [](const train_options& all) {
                 if (all.schedule != "auto") {
                     static_cast<void>(schedule_named(all.schedule));
                 }
             }},
        {.name = "decay",
         .value = "X",
         .help = "The schedule's decay: {}",
         .member = &train_options::decay,
         .names = decays,
         .no_effect =
             [](const train_options& all) {
                 if (all.schedule == "auto") {
                     return std::string("it belongs to a schedule; name one with --schedule");
                 }
                 return schedule_named(all.schedule).decay != 0
                            ? std::string()
                            : "the schedule '" + all.schedule + "' has none; choose another --schedule, or leave it out";
             }},
        {.name = "damping",
         .value = "NAME",
         .help = "What the step of a late update is multiplied by, given its staleness: {} (default none)",
         .member = &train_options::damping,
         .names = damping_names,
         .check =
             [](const train_options& all) {
                 if (damps(all) && all.scheme != "auto") {
                     require_stale_updates(scheme_named(all.scheme));
                 }
             }},
        {.name = "batch",
         .value = "N",
         .help =
             "Examples per update (default: the scheme's; mlp: at least 32, but round_robin's workers share those out, at least 8 each)",
         .member = &train_options::batch,
         .in_range = [](const train_options& all) { return all.batch > 0; },
         .range = "at least 1; leave it out for the scheme's default"},
        {.name = "seed", .value = "N", .help = "Seed of all random choices (default 1)", .member = &train_options::seed},
        {.name = "repeat",
         .value = "N",
         .help = "Runs, with seeds SEED, SEED + 1, ...: prints their spread; the model is the first's",
         .member = &train_options::repeat,
         .where = recorded::in_logs,
         .in_range = [](const train_options& all) { return all.repeat > 0; },
         .range = "at least 1"},
        {.name = "tolerance",
         .value = "X",
         .help = "Stop when the objective value (with --validation: the loss there) no longer falls by this fraction of itself; meant for "
                 "schedules other than linear and inverse_linear, which do their best work at their planned end",
         .member = &train_options::tolerance,
         .in_range = [](const train_options& all) { return std::isfinite(*all.tolerance) && *all.tolerance >= 0; },
         .range = "zero or a positive number"},
        {.name = "patience",
         .value = "N",
         .help = "Epochs without such a fall before stopping (default 3)",
         .member = &train_options::patience,
         .no_effect =
             [](const train_options& all) {
                 return std::string(all.tolerance ? "" : "it counts epochs without an improvement by --tolerance; give that too");
             },
         .in_range = [](const train_options& all) { return all.patience > 0; },
         .range = "at least 1"},
    };
    return rows;
}

} // namespace peccary::program
