// One worker's tallies: plain values that it alone writes, merged after the join.
#pragma once

#include "peccary/statistics/contention.hpp"
#include "peccary/statistics/histogram.hpp"

#include <cstdint>

namespace peccary {

struct worker_statistics {
    std::uint64_t updates = 0;  ///< updates applied
    std::uint64_t examples = 0; ///< examples evaluated
    histogram staleness;        ///< of the updates that were measured
    histogram as_sampled;       ///< exact mode only: of those among them that sampled mode would have measured
    histogram overlap;          ///< exact mode only: updates by others under way at some time while this one was
    contention waits;

    void merge(const worker_statistics& other) noexcept {
        updates += other.updates;
        examples += other.examples;
        staleness.merge(other.staleness);
        as_sampled.merge(other.as_sampled);
        overlap.merge(other.overlap);
        waits.merge(other.waits);
    }
};

} // namespace peccary
