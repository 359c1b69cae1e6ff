#include "comparing/compare.hpp"

#include "comparing/contest.hpp"
#include "comparing/resume.hpp"
#include "output/text_file.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/core/version.hpp"
#include "peccary/scheme/requirements.hpp"
#include "reading/report.hpp"
#include "report/comparison.hpp"
#include "report/progress.hpp"
#include "report/text.hpp"
#include "system/outputs.hpp"
#include "system/shell.hpp"
#include "system/signals.hpp"
#include "training/inputs.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"
#include "training/plan.hpp"
#include "training/rule_options.hpp"
#include "training/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace peccary::program {

namespace {

/// Each parallel scheme with each number of workers, and the others once.
std::vector<contender> contenders_of(const compare_options& options) {
    const bool simulated = simulates(options.common.executor);
    std::vector<contender> all;
    for (const std::string& scheme : options.schemes) {
        const scheme_info info = scheme_named(scheme);
        if (damps(options.common)) {
            require_stale_updates(info);
        }
        if (options.common.layerwise) {
            require_layers_to_change(info);
        }
        for (const unsigned workers : info.parallel ? options.threads : std::vector<unsigned>{1}) {
            all.push_back({.scheme = scheme,
                           .workers = workers,
                           .simulated = simulated,
                           .step = 0,
                           .momentum_of_rule = std::nullopt,
                           .tuning = {},
                           .losses = std::nullopt,
                           .runs = {}});
        }
    }
    if (!simulated && std::ranges::none_of(all, [](const contender& each) { return each.workers == 1; })) {
        throw usage_error("speed-ups are ratios to serial runs, and there are none: add 'sequential' to --schemes, or 1 to --threads");
    }
    return all;
}

void write_file(const std::string& path, const std::string& text) {
    if (!path.empty()) {
        text_file file(path);
        file.write(text);
        file.commit();
    }
}

/// One command: reads, tunes, runs the rounds, writes.
class session {
public:
    session(compare_options options, std::optional<comparison> before)
        : options_(std::move(options)), shown_(progress_style_named(options_.common.progress, options_.common.quiet)),
          inputs_(read_inputs(options_.common, std::nullopt)) {
        settle(options_.common, inputs_);
        all_ = {.version = std::string(version_string),
                .settings = comparison_settings(options_, inputs_.objective, inputs_.output, options_.common.epochs),
                .data = comparison_data(inputs_),
                .machine = comparison_machine(),
                .objective = inputs_.objective,
                .rows = inputs_.training_rows.size(),
                .nonzeros = inputs_.train.file.nonzeros(),
                .epochs = options_.common.epochs,
                .target = options_.target,
                .optimum = options_.optimum,
                .cores = topology::of_this_process().default_workers(),
                .simulated = simulates(options_.common.executor),
                .contenders = contenders_of(options_)};
        if (before) {
            require_same(*before, all_, options_);
            all_.contenders = std::move(before->contenders);
        }
    }

    void run() {
        stop_flag& stop = stop_on_signals();
        run_request request = request_of(options_.common, inputs_);
        request.stop = &stop;
        contest runs(inputs_, options_.common, std::move(request), options_.rounds, shown_);
        if (!tune(runs)) {
            throw interrupted_error("interrupted while steps were chosen; there is nothing to show");
        }
        std::uint64_t round = all_.rounds();
        while (round < options_.rounds && runs.run_round(all_.contenders, round)) {
            ++round;
            shown_.note(fmt::format("round {} of {} is done", round, options_.rounds));
            // so that a killed comparison can go on, too
            write_file(options_.json, comparison_json(all_));
        }
        if (round == 0) {
            throw interrupted_error("interrupted before the first round was whole; there is nothing to show");
        }
        const bool diagnosed = round >= options_.rounds && diagnose(runs);
        print(comparison_table(all_));
        write_file(options_.json, comparison_json(all_));
        write_file(options_.csv, comparison_csv(all_));
        if (!options_.html.empty()) {
            write_file(options_.html, html_page(content_of(all_)));
        }
        if (round < options_.rounds) {
            throw interrupted_error(fmt::format("interrupted; the figures are of the {} {} whole{}", round,
                                                round == 1 ? "round that was" : "rounds that were", how_to_go_on()));
        }
        if (!diagnosed) {
            throw interrupted_error("interrupted while lost updates were counted; all other figures are whole" + how_to_go_on());
        }
    }

private:
    /// What a resumed comparison does not know from its file has to be given anew.
    std::string how_to_go_on() const {
        return options_.json.empty() ? "; with --json FILE it could go on"
                                     : fmt::format("; go on with --resume {} --repeat {}{}", shell_quoted(options_.json), options_.rounds,
                                                   options_.common.diagnose ? " --diagnose" : "");
    }

    bool tune(contest& runs) {
        for (contender& each : all_.contenders) {
            if (!options_.no_tune && options_.common.step == "auto" && each.step == 0) {
                if (!runs.tune(each)) {
                    return false;
                }
                shown_.note(fmt::format("{}: step {:.4g}, the best of {} in whole runs", each.name(), each.step, each.tuning.size()));
            }
        }
        return true;
    }

    bool diagnose(contest& runs) {
        if (!options_.common.diagnose) {
            return true;
        }
        return std::ranges::all_of(all_.contenders, [&](contender& each) { return each.losses || runs.diagnose(each); });
    }

    compare_options options_;
    progress shown_;
    training_inputs inputs_;
    comparison all_;
};

} // namespace

namespace {

/// A list "a:x=1,y=2,b" was cut at each comma: a further knob goes to the scheme before it.
std::vector<std::string> with_their_knobs(const std::vector<std::string>& cut) {
    std::vector<std::string> whole;
    for (const std::string& item : cut) {
        const bool is_knob = item.find('=') < item.find(':');
        if (is_knob && !whole.empty() && whole.back().find(':') != std::string::npos) {
            whole.back() += "," + item;
        } else {
            whole.push_back(item);
        }
    }
    return whole;
}

} // namespace

std::vector<std::string> schemes_of(const compare_options& options) {
    if (options.schemes != std::vector<std::string>{"all"}) {
        return with_their_knobs(options.schemes);
    }
    const bool simulated = simulates(options.common.executor);
    const bool late = damps(options.common) || options.common.layerwise;
    std::vector<std::string> all;
    for (const scheme_entry& entry : all_schemes()) {
        const scheme_info& info = entry.info;
        if ((!simulated || !info.lockstep) && (!late || info.stale == stale_writes::updates)) {
            all.emplace_back(info.name);
        }
    }
    return all;
}

void compare(compare_options options) {
    std::optional<comparison> before;
    if (!options.resume.empty()) {
        before = read_comparison(options.resume);
        adopt_options(*before, options);
        if (options.json.empty()) {
            options.json = options.resume;
        }
    }
    options.schemes = schemes_of(options);
    contenders_of(options); // refuses unknown schemes before anything is read
    for (const char* const meant_otherwise : {"threads", "resume"}) {
        options.common.given.erase(meant_otherwise);
    }
    check_combination(options.common);
    for (const std::string& scheme : options.schemes) {
        shares_rule_state(options.common, scheme);
    }
    const bool in_place = options.json == options.resume;
    check_outputs({{"the data", options.common.data},
                   {"--labels", options.common.labels},
                   {"--test", options.common.test},
                   {"--test-labels", options.common.test_labels},
                   {"--cache", options.common.cache},
                   {"--resume", in_place ? "" : options.resume}},
                  {{"--json", options.json}, {"--csv", options.csv}, {"--html", options.html}});
    session(std::move(options), std::move(before)).run();
}

} // namespace peccary::program
