// The JSON of figures that logs and comparisons have in common.
#include "peccary/core/topology.hpp"
#include "report/distribution.hpp"
#include "report/effective_momentum.hpp"
#include "report/json_value.hpp"
#include "report/machine.hpp"
#include "report/parts_of_time.hpp"
#include "report/worker_figures.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <utility>

namespace peccary::program {

namespace {

/// Empty where Linux does not tell it.
std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) {
            const std::size_t first = line.find_first_not_of(" \t", line.find(':') + 1);
            return first == std::string::npos ? std::string() : line.substr(first);
        }
    }
    return {};
}

nlohmann::ordered_json measured_or_null(const distribution& of) { return of.samples > 0 ? to_json(of) : nlohmann::ordered_json(nullptr); }

/// What older logs lack, and what is null where it was not measured.
distribution distribution_if_any(const nlohmann::ordered_json& from, const char* name) {
    return from.contains(name) && !from.at(name).is_null() ? distribution_from(from.at(name)) : distribution();
}

} // namespace

json_value hold(nlohmann::ordered_json value) { return std::make_shared<const nlohmann::ordered_json>(std::move(value)); }

nlohmann::ordered_json number_or_null(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json to_json(const distribution& of) {
    nlohmann::ordered_json bins = nlohmann::ordered_json::array();
    for (const distribution::bin& each : of.bins) {
        bins.push_back({each.first, each.last, each.count});
    }
    return {{"mean", of.mean},
            {"p50", of.quantile(0.5)},
            {"p90", of.quantile(0.9)},
            {"p99", of.quantile(0.99)},
            {"max", of.maximum},
            {"samples", of.samples},
            {"bins", bins}};
}

distribution distribution_from(const nlohmann::ordered_json& json) {
    distribution found{.bins = {},
                       .samples = json.at("samples").get<std::uint64_t>(),
                       .maximum = json.at("max").get<std::uint64_t>(),
                       .mean = json.at("mean").get<double>()};
    if (json.contains("bins")) {
        for (const auto& bin : json.at("bins")) {
            found.bins.push_back(
                {.first = bin.at(0).get<std::uint64_t>(), .last = bin.at(1).get<std::uint64_t>(), .count = bin.at(2).get<std::uint64_t>()});
        }
    }
    return found;
}

nlohmann::ordered_json to_json(const worker_figures& of) {
    nlohmann::ordered_json json{{"updates", of.updates},
                                {"examples", of.examples},
                                {"staleness", to_json(of.staleness)},
                                {"as_sampled", measured_or_null(of.as_sampled)},
                                {"overlap", measured_or_null(of.overlap)},
                                {"retries", of.retries},
                                {"contended", of.contended},
                                {"dropped", of.dropped}};
    for (const auto& [name, part] : parts_of_time) {
        json[name] = of.times.*part;
    }
    return json;
}

worker_figures worker_figures_from(const nlohmann::ordered_json& json, double seconds) {
    worker_figures found{.updates = json.at("updates").get<std::uint64_t>(),
                         .examples = json.at("examples").get<std::uint64_t>(),
                         .staleness = distribution_from(json.at("staleness")),
                         .as_sampled = distribution_if_any(json, "as_sampled"),
                         .overlap = distribution_if_any(json, "overlap"),
                         .retries = json.at("retries").get<std::uint64_t>(),
                         .contended = json.at("contended").get<std::uint64_t>(),
                         .dropped = json.value("dropped", std::uint64_t{0}), // older logs lack it
                         .times = {}};
    if (json.contains("computing_seconds")) {
        for (const auto& [name, part] : parts_of_time) {
            found.times.*part = json.at(name).get<double>();
        }
    } else {
        found.times.locks = json.at("lock_seconds").get<double>();
        found.times.barriers = json.at("barrier_seconds").get<double>();
        found.times.computing = std::max(0.0, seconds - found.times.locks - found.times.barriers);
    }
    return found;
}

nlohmann::ordered_json to_json(const std::optional<effective_momentum>& of) {
    if (!of) {
        return nullptr;
    }
    return {{"explicit", of->of_rule}, {"implied", of->implied}, {"total", of->total()}};
}

nlohmann::ordered_json describe_machine() {
    const topology here = topology::of_this_process();
    const std::string name = processor_name();
    return {{"cores", here.cores},
            {"processors", here.processors.size()},
            {"quota", here.quota ? nlohmann::ordered_json(*here.quota) : nlohmann::ordered_json(nullptr)},
            {"cpu", name.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(name)}};
}

} // namespace peccary::program
