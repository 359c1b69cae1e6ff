#include "training/checkpointing.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/version.hpp"
#include "peccary/model/checkpoint.hpp"
#include "report/text.hpp"
#include "training/options_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace peccary::program {

namespace {

nlohmann::json describe_data(const training_inputs& inputs) {
    const loaded_data& file = inputs.train.file;
    return {{"rows", file.size()}, {"features", file.features()}, {"nonzeros", file.nonzeros()}, {"hash", content_hash(file)}};
}

std::string option_value(const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

} // namespace

bool improvement::seen(double value, double tolerance, std::uint64_t patience) {
    if (!best || value < *best - tolerance * std::abs(*best)) {
        best = value;
        epochs_without = 0;
        return false;
    }
    return ++epochs_without >= patience;
}

std::string describe_run(const train_options& options, const training_inputs& inputs, const training_run& run) {
    const nlohmann::json settings{{"version", version_string},
                                  {"options", to_json(options)},
                                  {"data", describe_data(inputs)},
                                  {"resolved",
                                   {{"objective", inputs.objective},
                                    {"features", inputs.features},
                                    {"step", run.step},
                                    {"l2", run.trainer->l2()},
                                    {"batch", run.trainer->batch()},
                                    {"threads", run.trainer->workers()}}}};
    return settings.dump();
}

void save_checkpoint(const std::string& path, const std::string& settings, const training_run& run, const improvement& progress) {
    const run_position& position = run.trainer->position();
    checkpoint state;
    state.settings = settings;
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

saved_run load_checkpoint_file(const std::string& path) try {
    checkpoint state = load_checkpoint(path);
    saved_run saved;
    const nlohmann::json settings = nlohmann::json::parse(state.settings);
    const nlohmann::json& resolved = settings.at("resolved");
    saved.features = resolved.at("features").get<std::size_t>();
    saved.step = resolved.at("step").get<double>();
    saved.batch = resolved.at("batch").get<std::uint64_t>();
    saved.workers = resolved.at("threads").get<unsigned>();
    static_cast<void>(settings.at("options"));
    static_cast<void>(settings.at("data"));
    saved.settings = std::move(state.settings);
    saved.position = {
        .epoch = state.epoch, .update = state.updates_done, .stretch_begin = state.segment, .train_seconds = state.train_seconds};
    if (const auto best = state.numbers.find("best"); best != state.numbers.end()) {
        saved.progress.best = best->second;
        saved.progress.epochs_without = state.counts["epochs_without_improvement"];
    }
    saved.parameters = std::move(state.parameters);
    return saved;
} catch (const nlohmann::json::exception&) {
    throw data_error(path + ": its settings are not those of this version of peccary; resume with the version that wrote it");
}

void adopt_options(const saved_run& saved, train_options& options) {
    adopt_options(nlohmann::json::parse(saved.settings).at("options"), options);
}

void require_same_data(const saved_run& saved, const train_options& options, const training_inputs& inputs) {
    const nlohmann::json now = describe_data(inputs);
    const nlohmann::json before = nlohmann::json::parse(saved.settings).at("data");
    for (const char* const what : {"rows", "features", "nonzeros"}) {
        if (before.value(what, nlohmann::json()) != now.at(what)) {
            throw data_error(options.data + ": has " + grouped(now.at(what).get<std::uint64_t>()) + " " + what + ", but the checkpoint '" +
                             options.resume + "' was made with " + option_value(before.value(what, nlohmann::json())) +
                             "; resume with the data that the run began with");
        }
    }
    if (!before.value("hash", nlohmann::json()).is_string()) {
        throw data_error(options.resume + ": is of an earlier version of peccary, which told data apart in another way; resume with the "
                                          "version that wrote it, or train anew without --resume");
    }
    if (before.at("hash") != now.at("hash")) {
        throw data_error(options.data + ": has other labels or values than the data that the checkpoint '" + options.resume +
                         "' was made with; resume with the data that the run began with");
    }
}

} // namespace peccary::program
