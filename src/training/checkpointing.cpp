#include "training/checkpointing.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/version.hpp"
#include "peccary/model/checkpoint.hpp"
#include "report/text.hpp"

#include <cmath>
#include <utility>

namespace peccary::program {

namespace {

using nlohmann::json;

json describe_data(const training_inputs& inputs) {
    const loaded_data& file = inputs.train.file;
    return {{"rows", file.size()}, {"features", file.features()}, {"nonzeros", file.nonzeros()}, {"hash", fingerprint(file)}};
}

std::string option_value(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

} // namespace

bool improvement::seen(double value, double tolerance, std::uint64_t patience) {
    if (!best || value < *best - tolerance * std::abs(*best)) {
        best = value;
        epochs_without = 0;
        return false;
    }
    return ++epochs_without >= patience;
}

json describe_run(const train_options& options, const training_inputs& inputs, const training_run& run) {
    return {{"version", version_string},
            {"options", to_json(options)},
            {"data", describe_data(inputs)},
            {"resolved",
             {{"objective", inputs.objective},
              {"features", inputs.features},
              {"step", run.step},
              {"l2", run.trainer->l2()},
              {"batch", run.trainer->batch()},
              {"threads", run.trainer->workers()}}}};
}

void save_checkpoint(const std::string& path, const json& settings, const training_run& run, const improvement& progress) {
    const run_position& position = run.trainer->position();
    checkpoint state;
    state.settings = settings.dump();
    state.epoch = position.epoch;
    state.segment = position.stretch_begin;
    state.updates_done = position.update;
    state.train_seconds = position.train_seconds;
    state.parameters = run.trainer->snapshot();
    if (progress.best) {
        state.numbers["best"] = *progress.best;
        state.counts["epochs_without_improvement"] = progress.epochs_without;
    }
    save(state, path);
}

saved_run load_checkpoint_file(const std::string& path) {
    checkpoint state = load_checkpoint(path);
    saved_run saved;
    saved.settings = json::parse(state.settings, nullptr, false);
    const bool complete = saved.settings.is_object() && saved.settings.contains("options") && saved.settings.contains("data") &&
                          saved.settings.contains("resolved");
    if (!complete) {
        throw data_error(path + ": its settings are not those of this version of peccary; resume with the version that wrote it");
    }
    saved.position = {
        .epoch = state.epoch, .update = state.updates_done, .stretch_begin = state.segment, .train_seconds = state.train_seconds};
    if (const auto best = state.numbers.find("best"); best != state.numbers.end()) {
        saved.progress.best = best->second;
        saved.progress.epochs_without = state.counts["epochs_without_improvement"];
    }
    saved.parameters = std::move(state.parameters);
    return saved;
}

void adopt_options(const saved_run& saved, train_options& options) {
    const json now = to_json(options);
    const json& before = saved.settings.at("options");
    for (const auto& [name, value] : now.items()) {
        const bool decided_then = value == "auto" && (name == "scheme" || name == "schedule");
        if (!decided_then && options.given.contains(name) && before.contains(name) && before.at(name) != value) {
            throw usage_error("--" + name + " " + option_value(value) + " contradicts the checkpoint '" + options.resume +
                              "', which was made with " + option_value(before.at(name)) +
                              "; leave the option out to go on with that, or train anew without --resume");
        }
    }
    from_json(before, options.resume, options);
}

void require_same_data(const saved_run& saved, const train_options& options, const training_inputs& inputs) {
    const json now = describe_data(inputs);
    const json& before = saved.settings.at("data");
    for (const char* const what : {"rows", "features", "nonzeros"}) {
        if (before.value(what, json()) != now.at(what)) {
            throw data_error(options.data + ": has " + grouped(now.at(what).get<std::uint64_t>()) + " " + what + ", but the checkpoint '" +
                             options.resume + "' was made with " + option_value(before.value(what, json())) +
                             "; resume with the data that the run began with");
        }
    }
    if (before.value("hash", json()) != now.at("hash")) {
        throw data_error(options.data + ": has other labels or values than the data that the checkpoint '" + options.resume +
                         "' was made with; resume with the data that the run began with");
    }
}

} // namespace peccary::program
