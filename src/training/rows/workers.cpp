// The options that say who updates the parameters.
#include "peccary/execution/executor.hpp"
#include "peccary/execution/virtual/virtual_time.hpp"
#include "peccary/scheme/scheme.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"

namespace peccary::program {

namespace {

std::string delays_and_default() { return delay_names() + " (default " + std::string(default_delay) + ")"; }

} // namespace

training_rows worker_rows() {
    static constexpr training_row rows[] = {
        {.name = "scheme",
         .value = "NAME",
         .help =
             "Update scheme: auto (default: the fastest in a trial of milliseconds), {}; with knobs as in replicas:period=64 (see 'peccary "
             "schemes NAME')",
         .member = &train_options::scheme,
         .names = scheme_names,
         .settled = true,
         .check =
             [](const train_options& all) {
                 if (all.scheme != "auto") {
                     static_cast<void>(scheme_named(all.scheme));
                 }
             }},
        {.name = "threads",
         .value = "N",
         .help = "Workers (default: usable physical cores)",
         .member = &train_options::threads,
         .no_effect =
             [](const train_options& all) {
                 if (all.threads > 1 && !executor_named(all.executor).several) {
                     return "the executor '" + all.executor + "' has one worker; choose --executor threads";
                 }
                 if (all.threads > 1 && all.scheme != "auto" && !scheme_named(all.scheme).parallel) {
                     return "the scheme '" + all.scheme + "' has one worker; leave it out, or choose another --scheme";
                 }
                 return std::string();
             },
         .in_range = [](const train_options& all) { return all.threads > 0; },
         .range = "at least 1; leave it out for one per usable core"},
        {.name = "executor",
         .value = "NAME",
         .help = "What runs the workers: {} (default threads)",
         .member = &train_options::executor,
         .names = executor_names,
         .check = [](const train_options& all) { static_cast<void>(executor_named(all.executor)); }},
        {.name = "delay",
         .value = "LAW",
         .help = "Virtual workers: time from an update's read to its apply: {}",
         .member = &train_options::delay,
         .names = delays_and_default,
         .no_effect =
             [](const train_options& all) {
                 return simulates(all.executor) ? std::string()
                                                : "the executor '" + all.executor + "' has real workers; choose --executor virtual";
             },
         .check =
             [](const train_options& all) {
                 if (all.delay) {
                     with_delay(*all.delay, [](auto /*tag*/, const std::string& /*argument*/) {});
                 }
             }},
        {.name = "pin",
         .value = "",
         .help = "Keep each worker on one processor",
         .member = &train_options::pin,
         .no_effect =
             [](const train_options& all) {
                 return executor_named(all.executor).pins
                            ? std::string()
                            : "the executor '" + all.executor + "' cannot keep workers on processors; choose --executor threads";
             }},
        {.name = "staleness",
         .value = "MODE",
         .help = "Measure staleness: sampled (default), exact (of every update, and overlap), or off",
         .member = &train_options::staleness,
         .choices =
             [] {
                 return std::vector<std::string>{"sampled", "exact", "off"};
             },
         .check =
             [](const train_options& all) {
                 if (damps(all) && all.given.contains("staleness") && all.staleness != "exact") {
                     throw usage_error("--damping " + all.damping +
                                       " measures the staleness of every update; leave --staleness out, or say exact");
                 }
             }},
        {.name = "diagnose",
         .value = "",
         .help = "Count lost updates and torn reads, and staleness of hot and cold coordinates and of layers apart; several times slower, "
                 "which "
                 "makes all of it seem larger",
         .member = &train_options::diagnose,
         .where = recorded::in_logs},
    };
    return rows;
}

} // namespace peccary::program
