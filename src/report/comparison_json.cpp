#include "peccary/core/error.hpp"
#include "peccary/core/version.hpp"
#include "report/comparison.hpp"
#include "report/effective_momentum.hpp"
#include "report/standings.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

double number_from(const json& value, double otherwise) { return value.is_null() ? otherwise : value.get<double>(); }

json to_json(const spread& of) {
    return {{"median", number_or_null(of.median)}, {"least", number_or_null(of.least)}, {"greatest", number_or_null(of.greatest)}};
}

json to_json(const std::optional<interval>& of) { return of ? json{of->low, of->high} : json(nullptr); }

json run_record(const compared_run& run) {
    json record{{"seed", run.seed},
                {"train_seconds", run.seconds},
                {"objective_value", run.objective_values},
                {"train_accuracy", number_or_null(run.train_accuracy)},
                {"validation_accuracy", number_or_null(run.validation_accuracy)},
                {"test_accuracy", number_or_null(run.test_accuracy)}};
    record.update(to_json(together(run.workers)));
    record["workers"] = json::array();
    for (const worker_figures& worker : run.workers) {
        record["workers"].push_back(to_json(worker));
    }
    return record;
}

compared_run run_from(const json& record) {
    compared_run run{.seed = record.at("seed").get<std::uint64_t>(),
                     .seconds = record.at("train_seconds").get<std::vector<double>>(),
                     .objective_values = record.at("objective_value").get<std::vector<double>>(),
                     .train_accuracy = number_from(record.at("train_accuracy"), std::nan("")),
                     .validation_accuracy = number_from(record.at("validation_accuracy"), std::nan("")),
                     .test_accuracy = number_from(record.at("test_accuracy"), std::nan("")),
                     .workers = {}};
    for (const json& worker : record.at("workers")) {
        run.workers.push_back(worker_figures_from(worker, run.seconds.empty() ? 0 : run.seconds.back()));
    }
    return run;
}

json to_json(const counted_losses& of) {
    return {{"adds", of.adds},
            {"lost", of.lost},
            {"fraction", of.fraction()},
            {"hot_features", of.hot_features},
            {"hot", to_json(of.hot)},
            {"cold", to_json(of.cold)},
            {"torn_reads", {{"reads", of.reads}, {"torn", of.torn_reads}, {"torn_fraction", number_or_null(of.torn_fraction())}}}};
}

counted_losses losses_from(const json& record) {
    return {.adds = record.at("adds").get<std::uint64_t>(),
            .lost = record.at("lost").get<std::uint64_t>(),
            .hot_features = record.at("hot_features").get<std::size_t>(),
            .hot = distribution_from(record.at("hot")),
            .cold = distribution_from(record.at("cold")),
            .reads = record.at("torn_reads").at("reads").get<std::uint64_t>(),
            .torn_reads = record.at("torn_reads").at("torn").get<std::uint64_t>()};
}

json contender_record(const comparison& of, const contender& each, const standing& its) {
    json record{{"scheme", each.scheme},
                {"threads", each.workers},
                {"more_threads_than_cores", !of.simulated && each.workers > of.cores},
                {"step", each.step},
                {"seconds_per_pass", its.seconds_per_pass.median},
                {"speed_up", number_or_null(its.speed_up)},
                {"speed_up_interval", to_json(its.speed_up_interval)},
                {"passes_to_target", number_or_null(its.passes)},
                {"seconds_to_target", number_or_null(its.seconds_to_target)},
                {"seconds_to_target_interval", to_json(its.seconds_to_target_interval)},
                {"speed_up_to_target", number_or_null(its.speed_up_to_target)},
                {"speed_up_to_target_interval", to_json(its.speed_up_to_target_interval)},
                {"gap", its.gap.median},
                {"gap_spread", to_json(its.gap)},
                {"objective_value", to_json(its.objective_value)},
                {"train_accuracy", to_json(its.train_accuracy)},
                {"validation_accuracy", to_json(its.validation_accuracy)},
                {"test_accuracy", to_json(its.test_accuracy)},
                {"waiting_fraction", of.simulated ? json(nullptr) : json(its.workers.waiting_fraction())}};
    record.update(to_json(its.workers));
    record["momentum"] = to_json(effective_momentum_of(each.momentum_of_rule, its.workers.staleness));
    record["lost_updates"] = each.losses ? to_json(*each.losses) : json(nullptr);
    record["tuning"] = json::array();
    for (const tried_step& tried : each.tuning) {
        record["tuning"].push_back({{"step", tried.step}, {"objective_value", number_or_null(tried.objective_value)}});
    }
    record["runs"] = json::array();
    for (const compared_run& run : each.runs) {
        record["runs"].push_back(run_record(run));
    }
    return record;
}

contender contender_from(const json& record, std::uint64_t epochs) {
    contender found{.scheme = record.at("scheme").get<std::string>(),
                    .workers = record.at("threads").get<unsigned>(),
                    .step = record.at("step").get<double>(),
                    .momentum_of_rule = std::nullopt,
                    .tuning = {},
                    .losses = std::nullopt,
                    .runs = {}};
    if (const json& momentum = record.at("momentum"); !momentum.is_null()) {
        found.momentum_of_rule = momentum.at("explicit").get<double>();
    }
    if (const json& losses = record.at("lost_updates"); !losses.is_null()) {
        found.losses = losses_from(losses);
    }
    for (const json& tried : record.at("tuning")) {
        found.tuning.push_back({.step = tried.at("step").get<double>(),
                                .objective_value = number_from(tried.at("objective_value"), std::numeric_limits<double>::infinity())});
    }
    for (const json& run : record.at("runs")) {
        found.runs.push_back(run_from(run));
        if (found.runs.back().seconds.size() != epochs || found.runs.back().objective_values.size() != epochs) {
            throw data_error("a run of " + found.name() + " has not one figure for each epoch");
        }
        if (found.runs.back().workers.size() != found.workers) {
            throw data_error("a run of " + found.name() + " has not the figures of each worker");
        }
    }
    return found;
}

comparison parsed(const json& record) {
    comparison of{.version = record.at("version").get<std::string>(),
                  .settings = hold(record.at("settings")),
                  .data = hold(record.at("data")),
                  .machine = hold(record.at("machine")),
                  .objective = record.at("objective").get<std::string>(),
                  .rows = record.at("rows").get<std::uint64_t>(),
                  .nonzeros = record.at("nonzeros").get<std::uint64_t>(),
                  .epochs = record.at("epochs").get<std::uint64_t>(),
                  .target = record.at("target").get<double>(),
                  .optimum = record.at("optimum").is_null() ? std::nullopt : std::optional(record.at("optimum").get<double>()),
                  .cores = record.at("machine").at("cores").get<unsigned>(),
                  .simulated = record.at("simulated").get<bool>(),
                  .contenders = {}};
    for (const json& each : record.at("contenders")) {
        of.contenders.push_back(contender_from(each, of.epochs));
        of.contenders.back().simulated = of.simulated;
        if (of.contenders.back().runs.size() != of.rounds()) {
            throw data_error("its contenders do not all have the same number of runs");
        }
    }
    if (of.contenders.empty() || of.rounds() == 0 || of.epochs == 0) {
        throw data_error("it has no runs");
    }
    return of;
}

json comparison_record(const comparison& of) {
    const std::vector<standing> found = standings(of);
    const verdict won = verdict_of(of);
    json record{{"record", "comparison"},  {"version", of.version},     {"settings", *of.settings},
                {"data", *of.data},        {"objective", of.objective}, {"rows", of.rows},
                {"nonzeros", of.nonzeros}, {"epochs", of.epochs},       {"simulated", of.simulated},
                {"rounds", of.rounds()},   {"target", of.target},       {"optimum", of.optimum ? json(*of.optimum) : json(nullptr)},
                {"best", of.best()},       {"machine", *of.machine}};
    record["verdict"] = {{"sentence", won.sentence},
                         {"clear", won.clear},
                         {"first", won.first ? json(*won.first) : json(nullptr)},
                         {"next", won.next ? json(*won.next) : json(nullptr)},
                         {"ratio", number_or_null(won.ratio)},
                         {"ratio_interval", to_json(won.ratio_interval)}};
    record["contenders"] = json::array();
    for (std::size_t i = 0; i < found.size(); ++i) {
        record["contenders"].push_back(contender_record(of, of.contenders[i], found[i]));
    }
    return record;
}

} // namespace

std::string comparison_json(const comparison& of) {
    // Options are text as given, which need not be UTF-8.
    return comparison_record(of).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

comparison comparison_from(const std::string& text, const std::string& name) {
    const json record = json::parse(text, nullptr, false);
    const std::string advice = "; give a file that 'peccary compare --json' wrote";
    if (!record.is_object() || !record.contains("record") || record.at("record") != "comparison") {
        throw data_error(name + ": is no comparison" + advice);
    }
    const json version = record.contains("version") ? record.at("version") : json("before 0.1.0");
    if (version != version_string) {
        throw data_error(name + ": was written by peccary " + (version.is_string() ? version.get<std::string>() : version.dump()) +
                         ", and this is " + std::string(version_string) + "; use that version, or compare anew");
    }
    try {
        return parsed(record);
    } catch (const nlohmann::json::exception&) {
        throw data_error(name + ": is not whole, or was changed" + advice);
    } catch (const data_error& met) {
        throw data_error(name + ": " + met.what() + advice);
    }
}

} // namespace peccary::program
