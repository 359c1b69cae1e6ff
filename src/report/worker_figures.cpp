#include "report/worker_figures.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace peccary::program {

namespace {

/// The parts of a worker's time; both directions of JSON come from it.
constexpr auto parts = std::tuple{
    std::pair{"computing_seconds", &worker_times::computing}, std::pair{"lock_seconds", &worker_times::locks},
    std::pair{"barrier_seconds", &worker_times::barriers},    std::pair{"retry_seconds", &worker_times::retrying},
    std::pair{"merge_seconds", &worker_times::merging},       std::pair{"idle_seconds", &worker_times::idle},
};

template <class Visitor>
void for_each_part(Visitor visit) {
    std::apply([&](const auto&... part) { (visit(part.first, part.second), ...); }, parts);
}

nlohmann::ordered_json measured_or_null(const distribution& of) { return of.samples > 0 ? to_json(of) : nlohmann::ordered_json(nullptr); }

/// What older logs lack, and what is null where it was not measured.
distribution distribution_if_any(const nlohmann::ordered_json& json, const char* name) {
    return json.contains(name) && !json.at(name).is_null() ? distribution_from(json.at(name)) : distribution();
}

} // namespace

void worker_figures::merge(const worker_figures& other) {
    updates += other.updates;
    examples += other.examples;
    staleness.merge(other.staleness);
    as_sampled.merge(other.as_sampled);
    overlap.merge(other.overlap);
    retries += other.retries;
    contended += other.contended;
    dropped += other.dropped;
    for_each_part([&](const char* /*name*/, double worker_times::*part) { times.*part += other.times.*part; });
}

double worker_figures::waiting_fraction() const { return (times.locks + times.barriers) / std::max(times.all(), 1e-9); }

worker_figures figures_of(const worker_statistics& worker) {
    return {.updates = worker.updates,
            .examples = worker.examples,
            .staleness = distribution_of(worker.staleness),
            .as_sampled = distribution_of(worker.as_sampled),
            .overlap = distribution_of(worker.overlap),
            .retries = worker.waits.retries,
            .contended = worker.waits.contended,
            .dropped = worker.waits.dropped,
            .times = worker.times()};
}

worker_figures together(std::span<const worker_figures> workers) {
    worker_figures all;
    for (const worker_figures& each : workers) {
        all.merge(each);
    }
    return all;
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
    for_each_part([&](const char* name, double worker_times::*part) { json[name] = of.times.*part; });
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
        for_each_part([&](const char* name, double worker_times::*part) { found.times.*part = json.at(name).get<double>(); });
    } else {
        found.times.locks = json.at("lock_seconds").get<double>();
        found.times.barriers = json.at("barrier_seconds").get<double>();
        found.times.computing = std::max(0.0, seconds - found.times.locks - found.times.barriers);
    }
    return found;
}

} // namespace peccary::program
