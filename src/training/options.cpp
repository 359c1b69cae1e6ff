#include "training/options.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/data/class_weights.hpp"
#include "peccary/data/normalizer.hpp"
#include "peccary/execution/executors.hpp"
#include "peccary/execution/virtual/virtual_time.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/step/dampings.hpp"
#include "peccary/step/implied_momentum.hpp"
#include "peccary/step/schedules.hpp"
#include "training/objectives.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <tuple>

namespace peccary::program {

namespace {

/// One line an option that decides what a run computes; both directions of JSON come from it.
constexpr auto determining = std::tuple{
    std::pair{"format", &train_options::format},
    std::pair{"label-column", &train_options::label_column},
    std::pair{"index-base", &train_options::index_base},
    std::pair{"max-features", &train_options::max_features},
    std::pair{"normalize", &train_options::normalize},
    std::pair{"validation", &train_options::validation},
    std::pair{"objective", &train_options::objective},
    std::pair{"l2", &train_options::l2},
    std::pair{"l1", &train_options::l1},
    std::pair{"bias", &train_options::bias},
    std::pair{"layers", &train_options::layers},
    std::pair{"activation", &train_options::activation},
    std::pair{"output", &train_options::output},
    std::pair{"dropout", &train_options::dropout},
    std::pair{"layerwise", &train_options::layerwise},
    std::pair{"class-weight", &train_options::class_weight},
    std::pair{"scheme", &train_options::scheme},
    std::pair{"threads", &train_options::threads},
    std::pair{"executor", &train_options::executor},
    std::pair{"pin", &train_options::pin},
    std::pair{"delay", &train_options::delay},
    std::pair{"staleness", &train_options::staleness},
    std::pair{"epochs", &train_options::epochs},
    std::pair{"step", &train_options::step},
    std::pair{"schedule", &train_options::schedule},
    std::pair{"decay", &train_options::decay},
    std::pair{"rule", &train_options::rule},
    std::pair{"momentum", &train_options::momentum},
    std::pair{"total-momentum", &train_options::total_momentum},
    std::pair{"beta2", &train_options::beta2},
    std::pair{"epsilon", &train_options::epsilon},
    std::pair{"rule-state", &train_options::rule_state},
    std::pair{"compensation", &train_options::compensation},
    std::pair{"compensation-lambda", &train_options::compensation_lambda},
    std::pair{"clip-norm", &train_options::clip_norm},
    std::pair{"damping", &train_options::damping},
    std::pair{"persistence", &train_options::persistence},
    std::pair{"batch", &train_options::batch},
    std::pair{"seed", &train_options::seed},
    std::pair{"tolerance", &train_options::tolerance},
    std::pair{"patience", &train_options::patience},
};

template <class T>
nlohmann::json value_to_json(const T& value) {
    return value;
}
template <class T>
nlohmann::json value_to_json(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
template <class T>
void value_from_json(const nlohmann::json& json, T& value) {
    json.get_to(value);
}
template <class T>
void value_from_json(const nlohmann::json& json, std::optional<T>& value) {
    value = json.is_null() ? std::nullopt : std::optional<T>(json.get<T>());
}

[[noreturn]] void no_effect(const std::string& option, const std::string& why) {
    throw usage_error("--" + option + " has no effect here: " + why);
}

void check_rule(const train_options& options) {
    const auto given = [&](const char* option) { return options.given.contains(option); };
    rule_knobs knobs;
    with_named<rules>("update rule", options.rule, [&](auto tag) { knobs = decltype(tag)::type::info.knobs; });
    for (const auto& [option, by_default] :
         {std::pair{"momentum", knobs.beta1}, std::pair{"beta2", knobs.beta2}, std::pair{"epsilon", knobs.epsilon}}) {
        if (given(option) && by_default == 0) {
            no_effect(option, "the update rule '" + options.rule + "' has none; choose another --rule, or leave it out");
        }
    }
    if (options.total_momentum) {
        if (knobs.beta1 == 0) {
            no_effect("total-momentum", "the update rule '" + options.rule + "' has no momentum; choose another --rule, or leave it out");
        }
        if (given("momentum")) {
            throw usage_error("--momentum is what --total-momentum decides; give one of them");
        }
        if (!(*options.total_momentum >= 0 && *options.total_momentum < 1)) {
            throw usage_error("--total-momentum must be a number from 0 to below 1");
        }
    }
    if (given("compensation-lambda") && options.compensation == no_compensation::info.name) {
        no_effect("compensation-lambda", "nothing is compensated; choose a --compensation, or leave it out");
    }
    rule_settings settings = rule_settings_of(options);
    settings.state = rule_state::automatic;
    const update_rule rule = rule_of(settings);
    if (options.layerwise) {
        require_plain_layer_by_layer(rule);
    }
    if (options.rule_state != "auto" && rule.state_count() == 0) {
        no_effect("rule-state", "the update rule '" + options.rule + "' has no state; choose another --rule, or leave it out");
    }
    if (options.objective != mlp::info.name && !rule.plain()) {
        const std::string option = options.clip_norm    ? "clip-norm"
                                   : rule.compensates() ? "compensation " + options.compensation
                                                        : "rule " + options.rule;
        throw usage_error("--" + option + " is for networks; for a linear model, choose --objective mlp --layers none");
    }
    if (options.scheme != "auto") {
        shares_rule_state(options, options.scheme);
    }
}

} // namespace

nlohmann::json to_json(const train_options& options) {
    nlohmann::json json;
    std::apply([&](const auto&... entry) { ((json[entry.first] = value_to_json(options.*entry.second)), ...); }, determining);
    return json;
}

void from_json(const nlohmann::json& json, const std::string& name, train_options& options) try {
    std::apply([&](const auto&... entry) { (value_from_json(json.at(entry.first), options.*entry.second), ...); }, determining);
} catch (const nlohmann::json::exception&) {
    throw data_error(name + ": its settings are not those of this version of peccary; resume with the version that wrote it");
}

void check_combination(const train_options& options) {
    const auto given = [&](const char* option) { return options.given.contains(option); };

    const data_format format = load_options_of(options).format;
    std::set<std::string> of_data = options.given;
    if (!options.test.empty() && test_format_of(options) == data_format::csv) {
        of_data.erase("label-column"); // it has an effect there
    }
    check_reading_options(of_data, format);
    if (is_array(format) && options.labels.empty()) {
        throw usage_error("'" + options.data + "' is an IDX or .npy file, which has no labels of its own; give --labels FILE");
    }
    if (given("test-labels") && (options.test.empty() || !is_array(test_format_of(options)))) {
        no_effect("test-labels", "it is for --test data in IDX or .npy format");
    }
    if (!options.test.empty() && is_array(test_format_of(options)) && options.test_labels.empty()) {
        throw usage_error("'" + options.test + "' is an IDX or .npy file, which has no labels of its own; give --test-labels FILE");
    }
    if (options.normalize != "none") {
        static_cast<void>(normalization_named(options.normalize));
        if (options.model_format == "liblinear") {
            throw usage_error("--model-format liblinear has no place for --normalize; leave one of them out");
        }
    }
    if (!(options.validation >= 0 && options.validation < 1)) {
        throw usage_error("--validation must be a fraction from 0 to below 1");
    }
    if (options.data == "-" && options.test == "-") {
        throw usage_error("standard input can be the data or the test data, not both; give one of them as a file");
    }

    if (given("cache") && options.data == "-") {
        throw usage_error(
            "--cache has no effect here: standard input cannot be read again to check a cache against it; give the data as a file");
    }
    if (given("cache") && options.cache.empty()) {
        throw usage_error("--cache must be the name of a file");
    }

    if (options.step != "auto") {
        const auto step = parse_number<double>(options.step);
        if (!step || !std::isfinite(*step) || *step <= 0) {
            throw usage_error("--step must be auto or a positive number, not '" + options.step + "'");
        }
    }
    if (options.objective != "auto") {
        static_cast<void>(objective_info(options.objective, options.output));
    }
    static_cast<void>(class_weighting::parse(options.class_weight));
    if (options.objective == mlp::info.name) {
        if (layer_units(options.layers).empty() && given("dropout")) {
            no_effect("dropout", "it drops units of hidden layers, and --layers none leaves none");
        }
        if (layer_units(options.layers).empty() && given("layerwise")) {
            no_effect("layerwise", "--layers none leaves one layer");
        }
        if (!(options.dropout >= 0 && options.dropout < 1)) {
            throw usage_error("--dropout must be a probability from 0 to below 1");
        }
        with_named<activations>("activation", options.activation, [](auto /*tag*/) {});
        if (given("bias")) {
            no_effect("bias", "every layer of the objective 'mlp' has biases");
        }
        if (options.model_format == "liblinear") {
            throw usage_error("--model-format liblinear is for linear models; leave it out, or choose another --objective");
        }
    } else {
        for (const char* const option : {"layers", "activation", "output", "dropout", "layerwise"}) {
            if (given(option)) {
                no_effect(option, "the objective '" + options.objective + "' has no layers; it is for --objective mlp");
            }
        }
    }

    bool takes_decay = false;
    if (options.schedule == "auto") {
        if (given("decay")) {
            no_effect("decay", "it belongs to a schedule; name one with --schedule");
        }
    } else {
        with_named<schedules>("schedule", options.schedule, [&](auto tag) { takes_decay = decltype(tag)::type::info.decay != 0; });
    }
    if (given("decay") && !takes_decay) {
        no_effect("decay", "the schedule '" + options.schedule + "' has none; choose another --schedule, or leave it out");
    }
    check_rule(options);
    with_named<executors>("executor", options.executor, [&](auto tag) {
        if (options.pin && !decltype(tag)::type::info.pins) {
            no_effect("pin", "the executor '" + options.executor + "' cannot keep workers on processors; choose --executor threads");
        }
        if (options.threads > 1 && !decltype(tag)::type::info.several) {
            no_effect("threads", "the executor '" + options.executor + "' has one worker; choose --executor threads");
        }
        if (options.delay && !decltype(tag)::type::info.simulated) {
            no_effect("delay", "the executor '" + options.executor + "' has real workers; choose --executor virtual");
        }
    });
    if (options.delay) {
        with_delay(*options.delay, [](auto /*tag*/, const std::string& /*argument*/) {});
    }
    if (given("threads") && options.threads == 0) {
        throw usage_error("--threads must be at least 1; leave it out for one per usable core");
    }
    if (options.scheme != "auto") {
        with_named<schemes>("scheme", options.scheme, [&](auto tag) {
            if (options.threads > 1 && !decltype(tag)::type::info.parallel) {
                no_effect("threads", "the scheme '" + options.scheme + "' has one worker; leave it out, or choose another --scheme");
            }
            if (damps(options)) {
                require_late_updates(decltype(tag)::type::info);
            }
            if (options.layerwise) {
                require_layers_to_change(decltype(tag)::type::info);
            }
            if (options.persistence) {
                require_repeated_updates(decltype(tag)::type::info);
            }
        });
    }
    if (options.persistence && simulates(options.executor)) {
        no_effect("persistence", "an update of virtual workers is never made twice; choose --executor threads, or leave it out");
    }
    if (damps(options) && given("staleness") && options.staleness != "exact") {
        throw usage_error("--damping " + options.damping + " measures the staleness of every update; leave --staleness out, or say exact");
    }
    if (given("batch") && options.batch == 0) {
        throw usage_error("--batch must be at least 1; leave it out for the scheme's default");
    }
    if (given("repeat") && options.repeat == 0) {
        throw usage_error("--repeat must be at least 1");
    }
    if (given("patience") && !options.tolerance) {
        no_effect("patience", "it counts epochs without an improvement by --tolerance; give that too");
    }
    if (given("patience") && options.patience == 0) {
        throw usage_error("--patience must be at least 1");
    }
    if (options.tolerance && !(std::isfinite(*options.tolerance) && *options.tolerance >= 0)) {
        throw usage_error("--tolerance must be zero or a positive number");
    }
    if (options.objective != "auto" && given("class-weight") &&
        objective_info(options.objective, options.output).target == target_kind::regression) {
        no_effect("class-weight", "the objective '" + options.objective + "' is a regression, which has no classes");
    }
    if (given("model-format") && options.model.empty()) {
        no_effect("model-format", "no model is written; give --model FILE too");
    }
    if (given("checkpoint-every") && options.checkpoint.empty()) {
        no_effect("checkpoint-every", "no checkpoint is written; give --checkpoint FILE too");
    }
    if (given("checkpoint-every") && options.checkpoint_every == 0) {
        throw usage_error("--checkpoint-every must be at least 1");
    }
    if (given("progress") && options.quiet) {
        no_effect("progress", "--quiet leaves nothing to be shown; leave one of them out");
    }
    for (const char* const option : {"checkpoint", "resume"}) {
        if (given(option) && options.repeat > 1) {
            throw usage_error("--" + std::string(option) + " is for one run, and --repeat makes several; leave one of them out");
        }
        if (given(option) && options.diagnose) {
            throw usage_error("--" + std::string(option) +
                              " and --diagnose exclude each other: a checkpoint does not hold what was counted");
        }
    }
}

bool damps(const train_options& options) { return damping_named(options.damping).damps; }

bool simulates(const std::string& executor) {
    bool simulated = false;
    with_named<executors>("executor", executor, [&](auto tag) { simulated = decltype(tag)::type::info.simulated; });
    return simulated;
}

std::vector<std::size_t> layer_units(const std::string& layers) {
    constexpr std::size_t most_units = 1'000'000;
    std::vector<std::size_t> units;
    if (layers == "none") {
        return units;
    }
    for (std::size_t at = 0; at <= layers.size();) {
        const std::size_t end = std::min(layers.find(',', at), layers.size());
        const auto count = parse_number<std::size_t>(layers.substr(at, end - at));
        if (!count || *count == 0 || *count > most_units) {
            throw usage_error("--layers must be none or the units of each hidden layer, 1 to " + std::to_string(most_units) +
                              ", such as 128,64, not '" + layers + "'");
        }
        units.push_back(*count);
        at = end + 1;
    }
    return units;
}

namespace {

/// False while the scheme is not chosen.
bool has_late_updates(const std::string& scheme) {
    applied_late late = applied_late::nothing;
    if (scheme != "auto") {
        with_named<schemes>("scheme", scheme, [&](auto tag) { late = decltype(tag)::type::info.late; });
    }
    return late == applied_late::updates;
}

/// Workers whose updates make those of others late; 1 while the scheme is not chosen.
unsigned workers_that_delay(const std::string& scheme, unsigned workers) {
    if (!has_late_updates(scheme)) {
        return 1;
    }
    return workers == 0 ? topology::of_this_process().default_workers() : workers;
}

} // namespace

rule_settings rule_settings_of(const train_options& options, const std::string& scheme, unsigned workers) {
    return {.name = options.rule,
            .momentum =
                options.total_momentum ? explicit_momentum(*options.total_momentum, workers_that_delay(scheme, workers)) : options.momentum,
            .beta2 = options.beta2,
            .epsilon = options.epsilon,
            .state = options.rule_state == "shared"   ? rule_state::shared
                     : options.rule_state == "worker" ? rule_state::worker
                                                      : rule_state::automatic,
            .compensation = options.compensation,
            .lambda = options.compensation_lambda,
            .clip_norm = options.clip_norm};
}

rule_settings rule_settings_of(const train_options& options) { return rule_settings_of(options, options.scheme, options.threads); }

std::optional<double> momentum_of_rule(const train_options& options, const std::string& scheme, unsigned workers) {
    return has_late_updates(scheme) ? std::optional(rule_of(rule_settings_of(options, scheme, workers)).knobs.beta1) : std::nullopt;
}

bool shares_rule_state(const train_options& options, const std::string& scheme) {
    bool shared = true;
    with_named<schemes>("scheme", scheme,
                        [&](auto tag) { shared = shares_state(decltype(tag)::type::info, rule_of(rule_settings_of(options))); });
    return shared;
}

data_format test_format_of(const train_options& options) {
    return format_of(options.test, options.format == "auto" ? data_format::automatic : load_options_of(options).format);
}

load_options load_options_of(const train_options& options) {
    return {.format = format_of(options.data, format_named(options.format)),
            .label_column = options.label_column,
            .labels = options.labels,
            .base = index_base_named(options.index_base),
            .max_features = options.max_features,
            .model_features = std::nullopt,
            .threads =
                options.threads != 0 && !simulates(options.executor) ? options.threads : topology::of_this_process().default_workers(),
            .cache = options.cache};
}

} // namespace peccary::program
