#include "comparing/resume.hpp"

#include "comparing/option_rows.hpp"
#include "input/read_text.hpp"
#include "peccary/core/error.hpp"
#include "report/machine.hpp"
#include "training/options_json.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

} // namespace

comparison read_comparison(const std::string& path) { return comparison_from(input::read_text(path), path); }

json_value comparison_settings(const compare_options& options, const std::string& objective, const std::string& output,
                               std::uint64_t epochs) {
    const nlohmann::json all = to_json(options.common);
    json settings;
    for (const std::string& name : shared_settings()) {
        settings[name] = all.at(name);
    }
    settings["objective"] = objective;
    settings["output"] = output;
    settings["epochs"] = epochs;
    settings["schemes"] = options.schemes;
    settings["threads"] = options.threads;
    settings["tune"] = !options.no_tune && options.common.step == "auto";
    return hold(std::move(settings));
}

json_value comparison_data(const training_inputs& inputs) {
    const loaded_data& file = inputs.train.file;
    return hold({{"rows", file.size()},
                 {"training_rows", inputs.training_rows.size()},
                 {"features", inputs.features},
                 {"nonzeros", file.nonzeros()},
                 {"hash", content_hash(file)},
                 {"test_rows", inputs.test_rows.size()},
                 {"test_hash", inputs.test ? json(content_hash(inputs.test->file)) : json(nullptr)}});
}

json_value comparison_machine() { return hold(describe_machine()); }

void adopt_options(const comparison& before, compare_options& options) try {
    const auto given = [&](const std::string& name) { return options.common.given.contains(name); };
    compare_options asked = options;
    if (!given("executor")) { // "all" depends on this
        asked.common.executor = before.settings->at("executor").get<std::string>();
    }
    if (!given("damping")) { // and on this
        asked.common.damping = before.settings->at("damping").get<std::string>();
    }
    if (!given("layerwise")) { // and on this
        asked.common.layerwise = before.settings->at("layerwise").get<bool>();
    }
    asked.schemes = schemes_of(asked);
    const json now = *comparison_settings(asked, options.common.objective, options.common.output, options.common.epochs);
    for (const auto& [name, value] : before.settings->items()) {
        const bool says_so = name == "tune" ? given("no-tune") : given(name);
        if (says_so && now.contains(name) && now.at(name) != value) {
            throw usage_error("--" + (name == "tune" ? "no-tune" : name + " " + text_of(now.at(name))) + " contradicts '" + options.resume +
                              "', which was made with " + (name == "tune" ? std::string("tuning") : text_of(value)) +
                              "; leave the option out to go on with that, or compare anew without --resume");
        }
    }
    nlohmann::json settings = to_json(options.common);
    for (const std::string& name : shared_settings()) {
        settings[name] = before.settings->at(name);
    }
    from_json(settings, options.resume, options.common);
    options.schemes = before.settings->at("schemes").get<std::vector<std::string>>();
    options.threads = before.settings->at("threads").get<std::vector<unsigned>>();
    options.no_tune = !before.settings->at("tune").get<bool>();
    if (!given("target")) {
        options.target = before.target;
    }
    if (!given("optimum")) {
        options.optimum = before.optimum;
    }
} catch (const nlohmann::json::exception&) {
    throw data_error(options.resume +
                     ": its settings are not those of this version; resume with the version that wrote it, or compare anew");
}

void require_same(const comparison& before, const comparison& now, const compare_options& options) {
    if (!before.data->value("hash", json()).is_string()) {
        throw data_error(options.resume + ": is of an earlier version of peccary, which told data apart in another way; go on with the "
                                          "version that wrote it, or compare anew");
    }
    for (const auto& [name, value] : now.data->items()) {
        if (!before.data->contains(name) || before.data->at(name) != value) {
            const bool test = name.starts_with("test");
            throw data_error((test && !options.common.test.empty() ? options.common.test : options.common.data) + ": '" + options.resume +
                             "' was made with other " + (test ? "test data" : "data") + " (" + name +
                             " differs); go on with what it began with");
        }
    }
    for (const char* const name : {"cpu", "cores"}) {
        if (before.machine->value(name, json()) != now.machine->at(name)) {
            throw data_error(options.resume + ": was made on another machine (" + name + ": " +
                             text_of(before.machine->value(name, json())) + ", here " + text_of(now.machine->at(name)) +
                             "), whose times do not mix with this one's; compare anew");
        }
    }
}

} // namespace peccary::program
