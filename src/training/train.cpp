#include "training/train.hpp"

#include "peccary/core/stopwatch.hpp"
#include "report/closing.hpp"
#include "report/facts.hpp"
#include "report/progress.hpp"
#include "report/text.hpp"
#include "system/outputs.hpp"
#include "system/shell.hpp"
#include "system/signals.hpp"
#include "training/checkpointing.hpp"
#include "training/facts.hpp"
#include "training/inputs.hpp"
#include "training/model_of.hpp"
#include "training/option_rows.hpp"
#include "training/plan.hpp"
#include "training/run.hpp"
#include "training/session_log.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace peccary::program {

namespace {

/// One command: reads, trains once or several times, writes.
class session {
public:
    session(train_options options, std::optional<saved_run> saved)
        : options_(std::move(options)), shown_(progress_style_named(options_.progress, options_.quiet)), saved_(std::move(saved)),
          inputs_(read_inputs(options_, saved_ ? std::optional(saved_->features) : std::nullopt)) {
        if (saved_) {
            require_same_data(*saved_, options_, inputs_);
        }
        check_model_format(options_, inputs_);
        for (const std::string& note : {inputs_.train.file.cache_note, inputs_.choice}) {
            if (!note.empty()) {
                shown_.note(note);
            }
        }
    }

    void run() {
        stop_flag& stop = stop_on_signals();
        plan_ = resolve(options_, inputs_, saved_ ? &*saved_ : nullptr);
        plan_.request.stop = &stop;
        if (plan_.choice) {
            shown_.note("scheme " + plan_.choice->scheme + ", " + plan_.choice->reason + "; --scheme overrides it");
        }
        std::vector<run_facts> runs;
        for (std::uint64_t repeat = 0; repeat < options_.repeat; ++repeat) {
            const training_run run = make(repeat);
            if (repeat == 0 && !options_.log.empty()) {
                log_.emplace(options_.log, saved_.has_value(), options_.repeat > 1);
            }
            if (log_) {
                log_->run_begins(plan_, inputs_, run, repeat);
            }
            runs.push_back(train_one(run, repeat));
            if (repeat == 0 && !options_.model.empty()) {
                save_model(plan_.options, inputs_, run);
            }
        }
        print(closing_table(runs.front()));
        if (runs.size() > 1) {
            print(fmt::format("\n{}", repeat_table(runs)));
            if (!options_.model.empty()) {
                shown_.note("the model is that of the first run, with seed " + std::to_string(options_.seed));
            }
        }
    }

private:
    training_run make(std::uint64_t repeat) {
        run_request& request = plan_.request;
        if (options_.diagnose) {
            ledger_.emplace(std::visit([&](const auto& data) { return feature_frequency(data, inputs_.training_rows); }, request.data));
            request.ledger = &*ledger_;
        }
        request.settings.seed = options_.seed + repeat;
        training_run run = make_run(request);
        if (saved_) {
            run.trainer->restore(saved_->position, saved_->parameters);
        }
        request.settings.step = run.step; // chosen once, so that the spread is the runs' own
        request.calibrated = std::nullopt;
        request.calibration_seconds = 0;
        return run;
    }

    run_facts train_one(const training_run& run, std::uint64_t repeat) {
        const std::string settings = options_.checkpoint.empty() ? std::string() : describe_run(plan_.options, inputs_, run);
        improvement progress_so_far = saved_ ? saved_->progress : improvement{};
        run_facts facts = facts_before(plan_, inputs_, run, repeat);
        const watching watched = watch(run, repeat);
        const double untrained = saved_ ? std::numeric_limits<double>::infinity() : untrained_objective_value(inputs_, run);
        if (run.trainer->finished()) { // resumed at its end
            facts.last = facts_after_epoch(inputs_, run);
        }
        stopwatch since_evaluation;
        while (!run.trainer->finished() && !facts.stopped_early) {
            const epoch_end end = run.trainer->run_epoch();
            if (end == epoch_end::interrupted) {
                interrupt(settings, run, progress_so_far);
            }
            run.trainer->require_finite(end, 0);
            if (!run.trainer->finished() && !every_epoch_counts() && since_evaluation.seconds() < seconds_between_evaluations) {
                continue;
            }
            facts.last = facts_after_epoch(inputs_, run);
            since_evaluation.restart();
            run.trainer->require_finite(end, facts.last.objective_value);
            shown_.epoch_done(facts.last);
            if (log_) {
                log_->epoch_ends(facts.last, repeat);
            }
            const evaluation* const validation = facts.last.validation ? &*facts.last.validation : nullptr;
            facts.stopped_early =
                options_.tolerance && progress_so_far.seen(validation != nullptr ? validation->mean_loss : facts.last.objective_value,
                                                           *options_.tolerance, options_.patience);
            const bool last = run.trainer->finished() || facts.stopped_early;
            if (!options_.checkpoint.empty() && (last || run.trainer->position().epoch % options_.checkpoint_every == 0)) {
                save_checkpoint(options_.checkpoint, settings, run, progress_so_far);
            }
        }
        if (facts.last.objective_value > untrained) {
            // Not divergence, since all numbers are finite, but as little use: strong
            // regularisation can keep absurd steps in bounds.
            shown_.note(fmt::format("the objective value {:.6g} is above that of the untrained model, {:.6g}; try a smaller --step",
                                    facts.last.objective_value, untrained));
        }
        facts.workers = run.trainer->statistics();
        if (ledger_) {
            facts.diagnosed = ledger_->found(run.trainer->model().exclusive(run.trainer->model().layout().find("shadow")));
        }
        if (log_) {
            log_->run_ends(facts, repeat);
        }
        return facts;
    }

    watching watch(const training_run& run, std::uint64_t repeat) {
        watched_run about{.place = {},
                          .fields = {},
                          .epochs = plan_.options.epochs,
                          .updates_per_epoch = run.trainer->updates_per_epoch(),
                          .updates_before = updates_done(run),
                          .updates_applied = [&run] { return run.trainer->updates_applied(); },
                          .staleness = [&run] { return run.trainer->staleness_so_far(); },
                          .runs_after = options_.repeat - repeat - 1};
        if (options_.repeat > 1) {
            about.place = fmt::format("run {}/{}", repeat + 1, options_.repeat);
            about.fields.emplace_back("repeat", repeat + 1);
        }
        return shown_.watch(std::move(about));
    }

    /// An evaluation costs up to half an epoch. So a run that nobody records is evaluated only as
    /// often as somebody can read, and at its end.
    static constexpr double seconds_between_evaluations = 0.25;
    bool every_epoch_counts() const { return !options_.log.empty() || options_.tolerance || !options_.checkpoint.empty(); }

    [[noreturn]] void interrupt(const std::string& settings, const training_run& run, const improvement& so_far) const {
        const std::string where =
            fmt::format("interrupted in epoch {} of {}, after {} of its {} updates", run.trainer->position().epoch + 1,
                        plan_.options.epochs, grouped(run.trainer->position().update), grouped(run.trainer->updates_per_epoch()));
        if (options_.checkpoint.empty()) {
            throw interrupted_error(where + "; nothing was kept, since there is no checkpoint: start with --checkpoint FILE next time");
        }
        save_checkpoint(options_.checkpoint, settings, run, so_far);
        throw interrupted_error(where + "; the checkpoint is written, go on with:\n  " + options_.command + " --resume " +
                                shell_quoted(options_.checkpoint));
    }

    train_options options_; ///< as given
    progress shown_;
    std::optional<saved_run> saved_;
    training_inputs inputs_;
    run_plan plan_;
    std::optional<diagnostic_ledger> ledger_; ///< of the run at hand, with --diagnose
    std::optional<session_log> log_;
};

} // namespace

void train(train_options options) {
    std::optional<saved_run> saved;
    if (!options.resume.empty()) {
        saved = load_checkpoint_file(options.resume);
        adopt_options(*saved, options);
    }
    check_combination(options);
    if (damps(options) && options.scheme == "auto") {
        throw usage_error("--damping " + options.damping +
                          " needs a scheme of late updates, and --scheme auto may choose another; name one, such as --scheme hogwild");
    }
    check_outputs({{"the data", options.data},
                   {"--labels", options.labels},
                   {"--test", options.test},
                   {"--test-labels", options.test_labels},
                   {"--cache", options.cache}},
                  {{"--model", options.model}, {"--log", options.log}, {"--checkpoint", options.checkpoint}});
    session(std::move(options), std::move(saved)).run();
}

} // namespace peccary::program
