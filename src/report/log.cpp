#include "report/log.hpp"

#include "report/delay_model.hpp"
#include "report/distribution.hpp"
#include "report/effective_momentum.hpp"
#include "report/worker_figures.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json; // "record" comes first, for who reads with his own eyes

void add_evaluation(json& record, const std::string& prefix, const std::optional<evaluation>& of) {
    const evaluation none{.mean_loss = std::nan("")};
    const evaluation& values = of ? *of : none;
    record[prefix + "_loss"] = number_or_null(values.mean_loss);
    record[prefix + "_accuracy"] = number_or_null(values.accuracy);
    record[prefix + "_mean_squared_error"] = number_or_null(values.mean_squared_error);
}

/// What only all workers together have: how far the sampled updates are from all, and models from
/// the measured.
void add_distances(json& record, const worker_statistics& all) {
    const distribution measured = distribution_of(all.staleness);
    if (all.as_sampled.samples() > 0) {
        record["as_sampled"]["total_variation"] = total_variation(measured, distribution_of(all.as_sampled));
    }
    record["staleness_fits"] = json::array();
    for (const fitted_model& fit : fits_to(measured)) {
        record["staleness_fits"].push_back({{"model", fit.model.name},
                                            {"mean", fit.mean},
                                            {"total_variation", fit.total_variation},
                                            {"kolmogorov", fit.kolmogorov},
                                            {"log_likelihood", fit.log_likelihood}});
    }
}

/// Without staleness: that of all parameters together is the updates' own.
json reads_record(const read_tally& reads) {
    return {{"reads", reads.reads}, {"torn", reads.torn}, {"torn_fraction", reads.reads > 0 ? json(reads.torn_fraction()) : json(nullptr)}};
}

json blocks_record(const diagnosis& found) {
    json blocks = json::array();
    for (const block_diagnosis& block : found.blocks) {
        json record{{"name", block.name}};
        record.update(reads_record(block.reads));
        record["staleness"] = to_json(distribution_of(block.reads.staleness));
        blocks.push_back(std::move(record));
    }
    return blocks;
}

json diagnosis_record(const diagnosis& found) {
    return {{"adds", found.adds},
            {"lost", found.lost},
            {"lost_fraction", found.lost_fraction()},
            {"hot_features", found.hot_features},
            {"hot", to_json(distribution_of(found.hot))},
            {"cold", to_json(distribution_of(found.cold))},
            {"torn_reads", reads_record(found.reads)},
            {"blocks", blocks_record(found)}};
}

} // namespace

nlohmann::ordered_json epoch_record(const epoch_facts& facts) {
    json record{{"record", "epoch"},
                {"epoch", facts.epoch},
                {"train_seconds", facts.train_seconds},
                {"objective_value", number_or_null(facts.objective_value)},
                {"updates", facts.updates}};
    add_evaluation(record, "train", facts.training);
    add_evaluation(record, "validation", facts.validation);
    add_evaluation(record, "test", facts.test);
    return record;
}

nlohmann::ordered_json summary_record(const run_facts& facts) {
    const epoch_facts& last = facts.last;
    json record{{"record", "summary"},
                {"scheme", facts.scheme},
                {"objective", facts.objective},
                {"threads", facts.workers.size()},
                {"simulated", facts.delay.has_value()},
                {"delay", facts.delay ? json(*facts.delay) : json(nullptr)},
                {"seed", facts.seed},
                {"epochs", last.epoch},
                {"stopped_early", facts.stopped_early},
                {"load_seconds", facts.load_seconds},
                {"calibration_seconds", facts.calibration_seconds},
                {"train_seconds", last.train_seconds},
                {"objective_value", number_or_null(last.objective_value)}};
    add_evaluation(record, "train", last.training);
    add_evaluation(record, "validation", last.validation);
    add_evaluation(record, "test", last.test);
    const worker_statistics all = facts.merged();
    record.update(to_json(figures_of(all)));
    record["updates"] = last.updates; // those before the run was resumed too
    const auto damped = mean_damping(all);
    record["mean_damping"] = damped ? json(*damped) : json(nullptr);
    record["momentum"] = to_json(effective_momentum_of(facts.momentum_of_rule, distribution_of(all.staleness)));
    add_distances(record, all);
    record["workers"] = json::array();
    for (const worker_statistics& worker : facts.workers) {
        record["workers"].push_back(to_json(figures_of(worker)));
    }
    record["diagnosis"] = facts.diagnosed ? diagnosis_record(*facts.diagnosed) : json(nullptr);
    return record;
}

run_log::run_log(const std::string& path, bool append)
    : path_(path), file_(open_file(path, O_WRONLY | O_CREAT | O_APPEND | (append ? 0 : O_TRUNC), 0666)) {
    if (!file_.is_open()) {
        throw_io_error(path_, "open for writing", errno);
    }
}

void run_log::write(const nlohmann::ordered_json& record) {
    // File names need not be UTF-8, and JSON must.
    const std::string line = record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    std::string_view rest = line;
    while (!rest.empty()) {
        const ::ssize_t count = ::write(file_.number(), rest.data(), rest.size());
        if (count < 0 && errno != EINTR) {
            throw_io_error(path_, "write", errno);
        }
        rest.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    }
}

} // namespace peccary::program
