#include "training/train.hpp"

#include "peccary/core/number_text.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/core/version.hpp"
#include "peccary/execution/virtual/virtual_time.hpp"
#include "peccary/train/settings.hpp"
#include "report/closing.hpp"
#include "report/facts.hpp"
#include "report/log.hpp"
#include "report/machine.hpp"
#include "report/progress.hpp"
#include "report/text.hpp"
#include "system/outputs.hpp"
#include "system/shell.hpp"
#include "system/signals.hpp"
#include "training/checkpointing.hpp"
#include "training/choose_scheme.hpp"
#include "training/inputs.hpp"
#include "training/model_of.hpp"
#include "training/plan.hpp"
#include "training/run.hpp"

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
          inputs_(read_inputs(options_, features_of(saved_))), data_(inputs_.train.view(inputs_.features)) {
        if (saved_) {
            require_same_data(*saved_, options_, inputs_);
        }
        check_model_format(options_, inputs_);
        if (simulates(options_.executor) && !options_.delay) {
            options_.delay = default_delay;
        }
        if (damps(options_)) {
            options_.staleness = "exact"; // as the trainer does
        }
        settle_plan(options_, inputs_.objective, inputs_.train.file.nonzeros());
        if (const std::string& note = inputs_.train.file.cache_note; !note.empty()) {
            shown_.note(note);
        }
        if (!inputs_.choice.empty()) {
            shown_.note(inputs_.choice);
        }
    }

    void run() {
        stop_flag& stop = stop_on_signals();
        std::vector<run_facts> runs;
        std::optional<double> step;
        if (options_.scheme == "auto") {
            choose();
        }
        for (std::uint64_t repeat = 0; repeat < options_.repeat; ++repeat) {
            if (options_.diagnose) {
                ledger_.emplace(std::visit([&](const auto& data) { return feature_frequency(data, inputs_.training_rows); }, data_));
            }
            const training_run run = make(repeat, step, stop);
            step = run.step; // chosen once, so that the spread is the runs' own
            if (repeat == 0 && !options_.log.empty()) {
                log_.emplace(options_.log, saved_.has_value());
            }
            log_run(run, repeat);
            runs.push_back(train_one(run, repeat));
            if (repeat == 0 && !options_.model.empty()) {
                save_model(options_, inputs_, run);
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
    static std::optional<std::size_t> features_of(const std::optional<saved_run>& saved) {
        return saved ? std::optional(saved->settings.at("resolved").at("features").get<std::size_t>()) : std::nullopt;
    }

    /// Settles the scheme, and with it the number of workers. All repeats have the same.
    void choose() {
        choice_ = choose_scheme(request(0, given_step()));
        options_.scheme = choice_->scheme;
        if (options_.threads != 0) {
            options_.threads = choice_->workers;
        }
        shown_.note("scheme " + choice_->scheme + ", " + choice_->reason + "; --scheme overrides it");
    }

    run_request request(std::uint64_t repeat, std::optional<double> step) const {
        train_settings settings{.executor = options_.executor,
                                .workers = workers(),
                                .pin = options_.pin,
                                .delay = options_.delay,
                                .epochs = options_.epochs,
                                .step = step,
                                .schedule = options_.schedule,
                                .decay = options_.decay,
                                .rule = settings_of_rule(),
                                .damping = options_.damping,
                                .persistence = options_.persistence,
                                .batch = batch(),
                                .l2 = options_.l2,
                                .l1 = options_.l1,
                                .seed = options_.seed + repeat,
                                .staleness = options_.staleness == "off"     ? staleness_mode::off
                                             : options_.staleness == "exact" ? staleness_mode::exact
                                                                             : staleness_mode::sampled};
        return {.objective = inputs_.objective,
                .scheme = options_.scheme,
                .data = data_,
                .rows = inputs_.training_rows,
                .classes = inputs_.labels->classes().size(),
                .bias = options_.bias,
                .hidden_units = layer_units(options_.layers),
                .activation = options_.activation,
                .output = inputs_.output,
                .dropout = options_.dropout,
                .layerwise = options_.layerwise,
                .settings = settings};
    }

    training_run make(std::uint64_t repeat, std::optional<double> step, stop_flag& stop) {
        run_request wanted = request(repeat, step ? step : given_step());
        wanted.stop = &stop;
        wanted.ledger = ledger_ ? &*ledger_ : nullptr;
        if (choice_ && !wanted.settings.step && !options_.total_momentum) { // with it, the trials had more momentum than is left now
            wanted.calibrated = choice_->calibrated;
            wanted.calibration_seconds = choice_->calibration_seconds;
        }
        auto run = make_run(wanted);
        if (saved_) {
            run.trainer->restore(saved_->position, saved_->parameters);
        }
        return run;
    }

    unsigned workers() const {
        if (choice_) {
            return choice_->workers;
        }
        if (options_.threads != 0) {
            return options_.threads;
        }
        if (saved_) {
            return saved_->settings.at("resolved").at("threads").get<unsigned>();
        }
        bool several = true;
        with_named<executors>("executor", options_.executor, [&](auto tag) { several = decltype(tag)::type::info.several; });
        return several ? 0 : 1; // 0: the trainer's default
    }

    /// A position is a number of updates, so a run that goes on has the batch that it had.
    std::uint64_t batch() const { return saved_ ? saved_->settings.at("resolved").at("batch").get<std::uint64_t>() : options_.batch; }

    rule_settings settings_of_rule() const { return rule_settings_of(options_, options_.scheme, workers()); }

    std::optional<double> given_step() const {
        if (saved_) {
            return saved_->settings.at("resolved").at("step").get<double>();
        }
        return options_.step == "auto" ? std::nullopt : parse_number<double>(options_.step);
    }

    run_facts train_one(const training_run& run, std::uint64_t repeat) {
        const nlohmann::json settings = options_.checkpoint.empty() ? nlohmann::json() : describe_run(options_, inputs_, run);
        improvement progress_so_far = saved_ ? saved_->progress : improvement{};
        run_facts facts = facts_before(run, repeat);
        const watching watched = watch(run, repeat);
        const double untrained = saved_ ? std::numeric_limits<double>::infinity() : untrained_objective_value(run);
        if (run.trainer->finished()) { // resumed at its end
            facts.last = evaluate(run);
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
            facts.last = evaluate(run);
            since_evaluation.restart();
            run.trainer->require_finite(end, facts.last.objective_value);
            shown_.epoch_done(facts.last);
            log(epoch_record(facts.last), repeat);
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
            // Not divergence, since all numbers are finite, but as little use: strong regularisation can keep absurd steps in bounds.
            shown_.note(fmt::format("the objective value {:.6g} is above that of the untrained model, {:.6g}; try a smaller --step",
                                    facts.last.objective_value, untrained));
        }
        facts.workers = run.trainer->statistics();
        if (ledger_) {
            facts.diagnosed = ledger_->found(run.trainer->model().exclusive(run.trainer->model().layout().find("shadow")));
        }
        log(summary_record(facts), repeat);
        return facts;
    }

    watching watch(const training_run& run, std::uint64_t repeat) {
        watched_run about{.place = {},
                          .fields = nlohmann::ordered_json::object(),
                          .epochs = options_.epochs,
                          .updates_per_epoch = run.trainer->updates_per_epoch(),
                          .updates_before = updates_done(run),
                          .updates_applied = [&run] { return run.trainer->updates_applied(); },
                          .staleness = [&run] { return run.trainer->staleness_so_far(); },
                          .runs_after = options_.repeat - repeat - 1};
        if (options_.repeat > 1) {
            about.place = fmt::format("run {}/{}", repeat + 1, options_.repeat);
            about.fields["repeat"] = repeat + 1;
        }
        return shown_.watch(std::move(about));
    }

    /// An evaluation costs up to half an epoch, so a run that nobody records is evaluated only as often as somebody can read, and at its end.
    static constexpr double seconds_between_evaluations = 0.25;
    bool every_epoch_counts() const { return !options_.log.empty() || options_.tolerance || !options_.checkpoint.empty(); }

    run_facts facts_before(const training_run& run, std::uint64_t repeat) const {
        run_facts facts;
        facts.scheme = options_.scheme;
        facts.objective = inputs_.objective;
        facts.executor = options_.executor;
        facts.rule = rule_text();
        facts.momentum_of_rule = momentum_of_rule(options_, options_.scheme, workers());
        facts.delay = options_.delay;
        facts.load_seconds = inputs_.load_seconds;
        facts.calibration_seconds = run.calibration_seconds;
        facts.step = run.step;
        facts.damping = options_.damping;
        facts.step_calibrated = run.calibrated.has_value();
        facts.seed = options_.seed + repeat;
        facts.rows = inputs_.training_rows.size();
        facts.features = inputs_.features;
        facts.nonzeros = inputs_.train.file.nonzeros();
        facts.all_rows = inputs_.train.file.size();
        facts.train_seconds_before = run.trainer->position().train_seconds;
        return facts;
    }

    /// For people; nothing where updates are the gradients as they are.
    std::string rule_text() const {
        const update_rule rule = rule_of(settings_of_rule());
        if (rule.plain()) {
            return "";
        }
        std::string text(rule.info.name);
        for (const auto& [name, value] :
             {std::pair{"momentum", rule.knobs.beta1}, std::pair{"beta2", rule.knobs.beta2}, std::pair{"epsilon", rule.knobs.epsilon}}) {
            text += value > 0 ? fmt::format(", {} {:.6g}", name, value) : "";
        }
        if (rule.compensates()) {
            text += fmt::format(", delay compensated ({}, lambda {:.6g})", rule.compensation.name, rule.lambda);
        }
        if (rule.state_count() > 0) {
            text += shares_rule_state(options_, options_.scheme) ? ", shared state" : ", each worker its own state";
        }
        return text + (rule.clips() ? fmt::format(", norms clipped at {:.6g}", rule.clip_norm) : "");
    }

    /// Of a model of zeros. Costs no pass over the features.
    double untrained_objective_value(const training_run& run) const {
        storage<std::uint64_t> offsets;
        return run.evaluate_on(inputs_.train.featureless_view(offsets), inputs_.training_rows).mean_loss;
    }

    static std::uint64_t updates_done(const training_run& run) {
        return run.trainer->position().epoch * run.trainer->updates_per_epoch() + run.trainer->position().update;
    }

    epoch_facts evaluate(const training_run& run) const {
        epoch_facts facts;
        facts.epoch = run.trainer->position().epoch;
        facts.train_seconds = run.trainer->position().train_seconds;
        facts.updates = updates_done(run);
        facts.training = run.evaluate_on(data_, inputs_.training_rows);
        facts.objective_value = facts.training.mean_loss + run.trainer->penalty_value();
        if (!inputs_.validation_rows.empty()) {
            facts.validation = run.evaluate_on(inputs_.train.unweighted_view(inputs_.features), inputs_.validation_rows);
        }
        if (inputs_.test) {
            facts.test = run.evaluate_on(inputs_.test->unweighted_view(inputs_.features), inputs_.test_rows);
        }
        return facts;
    }

    [[noreturn]] void interrupt(const nlohmann::json& settings, const training_run& run, const improvement& so_far) const {
        const std::string where =
            fmt::format("interrupted in epoch {} of {}, after {} of its {} updates", run.trainer->position().epoch + 1, options_.epochs,
                        grouped(run.trainer->position().update), grouped(run.trainer->updates_per_epoch()));
        if (options_.checkpoint.empty()) {
            throw interrupted_error(where + "; nothing was kept, since there is no checkpoint: start with --checkpoint FILE next time");
        }
        save_checkpoint(options_.checkpoint, settings, run, so_far);
        throw interrupted_error(where + "; the checkpoint is written, go on with:\n  " + options_.command + " --resume " +
                                shell_quoted(options_.checkpoint));
    }

    void log(nlohmann::ordered_json record, std::uint64_t repeat) {
        if (!log_) {
            return;
        }
        if (options_.repeat > 1) {
            record["repeat"] = repeat + 1;
        }
        log_->write(record);
    }

    void log_run(const training_run& run, std::uint64_t repeat) {
        nlohmann::ordered_json settings = to_json(options_);
        settings.update(nlohmann::ordered_json{{"data", options_.data},
                                               {"labels", options_.labels},
                                               {"test", options_.test},
                                               {"test-labels", options_.test_labels},
                                               {"cache", options_.cache},
                                               {"repeat", options_.repeat},
                                               {"diagnose", options_.diagnose},
                                               {"model", options_.model},
                                               {"model-format", options_.model_format},
                                               {"checkpoint", options_.checkpoint},
                                               {"checkpoint-every", options_.checkpoint_every},
                                               {"resume", options_.resume}});
        // What was left open, as it was decided.
        const update_rule rule = rule_of(settings_of_rule());
        const bool has_state = rule.state_count() > 0;
        const auto knob = [](double value) { return value > 0 ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr); };
        settings.update(nlohmann::ordered_json{{"objective", inputs_.objective},
                                               {"momentum", knob(rule.knobs.beta1)},
                                               {"beta2", knob(rule.knobs.beta2)},
                                               {"epsilon", knob(rule.knobs.epsilon)},
                                               {"compensation-lambda", knob(rule.lambda)},
                                               {"rule-state", !has_state ? nlohmann::ordered_json(nullptr)
                                                              : shares_rule_state(options_, options_.scheme) ? "shared"
                                                                                                             : "worker"},
                                               {"output", inputs_.output},
                                               {"step", run.step},
                                               {"l2", run.trainer->l2()},
                                               {"decay", run.trainer->decay()},
                                               {"batch", run.trainer->batch()},
                                               {"threads", run.trainer->workers()},
                                               {"simulated", simulates(options_.executor)},
                                               {"seed", options_.seed + repeat}});
        nlohmann::ordered_json calibration;
        if (const auto& chosen = run.calibrated) {
            calibration = {{"step", chosen->step},
                           {"sample", chosen->sample},
                           {"candidates", chosen->candidates},
                           {"sample_objective", chosen->sample_objective},
                           {"seconds", run.calibration_seconds}};
        }
        nlohmann::ordered_json scheme_choice;
        if (choice_) {
            scheme_choice = {{"reason", choice_->reason}, {"seconds", choice_->seconds}, {"trials", nlohmann::json::array()}};
            for (const scheme_trial& trial : choice_->trials) {
                scheme_choice["trials"].push_back(
                    {{"scheme", trial.scheme}, {"threads", trial.workers}, {"nonzeros_per_second", trial.nonzeros_per_second}});
            }
        }
        log({{"record", "run"},
             {"version", version_string},
             {"settings", settings},
             {"scheme_choice", scheme_choice},
             {"calibration", calibration},
             {"data",
              {{"rows", inputs_.train.file.size()},
               {"training_rows", inputs_.training_rows.size()},
               {"validation_rows", inputs_.validation_rows.size()},
               {"test_rows", inputs_.test_rows.size()},
               {"features", inputs_.features},
               {"nonzeros", inputs_.train.file.nonzeros()},
               {"labels", inputs_.labels->classes()}}},
             {"resumed_at", {{"epoch", run.trainer->position().epoch}, {"update", run.trainer->position().update}}},
             {"machine", describe_machine()}},
            repeat);
    }

    train_options options_;
    progress shown_;
    std::optional<saved_run> saved_;
    training_inputs inputs_;
    any_view data_;
    std::optional<scheme_choice> choice_;     ///< with --scheme auto
    std::optional<diagnostic_ledger> ledger_; ///< of the run at hand, with --diagnose
    std::optional<run_log> log_;
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
    if (options.persistence && options.scheme == "auto") {
        throw usage_error(
            "--persistence needs a scheme that makes updates again, and --scheme auto chooses none; name it: --scheme leashed");
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
