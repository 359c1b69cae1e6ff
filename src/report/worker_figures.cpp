#include "report/worker_figures.hpp"

#include "report/parts_of_time.hpp"

#include <algorithm>

namespace peccary::program {

void worker_figures::merge(const worker_figures& other) {
    updates += other.updates;
    examples += other.examples;
    staleness.merge(other.staleness);
    as_sampled.merge(other.as_sampled);
    overlap.merge(other.overlap);
    retries += other.retries;
    contended += other.contended;
    dropped += other.dropped;
    for (const auto& [name, part] : parts_of_time) {
        times.*part += other.times.*part;
    }
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

} // namespace peccary::program
