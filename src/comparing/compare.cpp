#include "comparing/compare.hpp"

#include "output/text_file.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/execution/topology.hpp"
#include "peccary/scheme/schemes.hpp"
#include "report/comparison.hpp"
#include "report/text.hpp"
#include "system/outputs.hpp"
#include "system/signals.hpp"
#include "training/inputs.hpp"
#include "training/run.hpp"

#include <algorithm>
#include <iostream>
#include <numeric>
#include <optional>
#include <utility>

namespace peccary::program {

namespace {

/// Each parallel scheme with each number of workers, and the others once.
std::vector<contender> contenders_of(const compare_options& options) {
    std::vector<contender> all;
    for (const std::string& scheme : options.schemes) {
        bool parallel = false;
        with_named<schemes>("scheme", scheme, [&](auto tag) { parallel = decltype(tag)::type::info.parallel; });
        for (const unsigned workers : parallel ? options.threads : std::vector<unsigned>{1}) {
            all.push_back({.scheme = scheme, .workers = workers, .step = 0, .runs = {}});
        }
    }
    if (std::ranges::none_of(all, [](const contender& each) { return each.workers == 1; })) {
        throw usage_error("speed-ups are ratios to serial runs, and there are none: add 'sequential' to --schemes, or 1 to --threads");
    }
    return all;
}

/// A run to the end; nothing if it was interrupted. The first run of a contender calibrates its step.
std::optional<compared_run> run_once(contender& each, run_request request) {
    request.scheme = each.scheme;
    request.settings.workers = each.workers;
    if (!each.runs.empty()) {
        request.settings.step = each.step;
    }
    const auto run = make_run(request);
    each.step = run->step();
    compared_run found;
    while (!run->finished()) {
        const epoch_end end = run->run_epoch();
        if (end == epoch_end::interrupted) {
            return std::nullopt;
        }
        run->require_finite(end, 0);
        const double value = run->evaluate_on(request.data, request.rows).mean_loss + run->penalty_value();
        run->require_finite(end, value);
        found.seconds.push_back(run->position().train_seconds);
        found.objective_values.push_back(value);
    }
    for (const worker_statistics& worker : run->statistics()) {
        found.statistics.merge(worker);
    }
    return found;
}

/// All contenders once, in an order drawn for this round. False, and the round undone, if it was interrupted.
bool run_round(std::vector<contender>& contenders, const run_request& request, std::uint64_t round) {
    constexpr std::uint64_t order_stream = 0x636F'6D70'6172'65U; // "compare"
    std::vector<std::size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_stream random(request.settings.seed, order_stream, round);
    shuffle(std::span(order), random);
    for (const std::size_t next : order) {
        run_request wanted = request;
        wanted.settings.seed += round;
        auto run = run_once(contenders[next], wanted);
        if (!run) {
            for (contender& each : contenders) {
                each.runs.resize(std::min<std::size_t>(each.runs.size(), round));
            }
            return false;
        }
        contenders[next].runs.push_back(std::move(*run));
    }
    return true;
}

} // namespace

void compare(const compare_options& options) {
    comparison all{.objective = {}, .contenders = contenders_of(options)};
    check_combination(options.common);
    check_outputs({{"the data", options.common.data}, {"--cache", options.common.cache}}, {{"--json", options.json}});
    const training_inputs inputs = read_inputs(options.common, std::nullopt);
    const any_view data = inputs.train.view(inputs.features);
    stop_flag& stop = stop_on_signals();

    const train_settings settings{.executor = options.common.executor,
                                  .epochs =
                                      options.common.epochs != 0 ? options.common.epochs : default_epochs(inputs.train.file.nonzeros()),
                                  .schedule = options.common.schedule,
                                  .l2 = options.common.l2,
                                  .l1 = options.common.l1,
                                  .seed = options.common.seed};
    const run_request request{.objective = inputs.objective,
                              .scheme = {},
                              .data = data,
                              .rows = inputs.training_rows,
                              .classes = inputs.labels->classes().size(),
                              .bias = options.common.bias,
                              .settings = settings,
                              .stop = &stop};
    all.objective = inputs.objective;
    all.rows = inputs.training_rows.size();
    all.nonzeros = inputs.train.file.nonzeros();
    all.epochs = settings.epochs;
    all.target = options.target;
    all.cores = topology::of_this_process().default_workers();

    std::uint64_t round = 0;
    while (round < options.rounds && run_round(all.contenders, request, round)) {
        ++round;
        if (!options.common.quiet) {
            std::cerr << "peccary: round " << round << " of " << options.rounds << " is done\n";
        }
    }
    if (round == 0) {
        throw interrupted_error("interrupted before the first round was whole; there is nothing to show");
    }
    print(comparison_table(all));
    if (!options.json.empty()) {
        text_file file(options.json);
        file.write(comparison_record(all).dump(2) + "\n");
        file.commit();
    }
    if (round < options.rounds) {
        throw interrupted_error("interrupted; the figures are of the " + std::to_string(round) + " rounds that were whole");
    }
}

} // namespace peccary::program
