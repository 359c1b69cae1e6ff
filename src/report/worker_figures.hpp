// What one worker did, or several together, as a log or a comparison holds it: plain values, from
// the tallies to JSON and back.
#pragma once

#include "peccary/statistics/worker_statistics.hpp"
#include "report/distribution.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <span>

namespace peccary::program {

struct worker_figures {
    std::uint64_t updates = 0;
    std::uint64_t examples = 0;
    distribution staleness;
    /// exact mode only: what sampled mode would have measured in the same run
    distribution as_sampled = {};
    distribution overlap = {}; ///< exact mode only
    std::uint64_t retries = 0;
    std::uint64_t contended = 0;
    std::uint64_t dropped = 0; ///< of the updates
    worker_times times;

    void merge(const worker_figures& other);

    /// Of all its time, what it waited for locks, at barriers and for its turn: 0 to 1.
    double waiting_fraction() const;
};

worker_figures figures_of(const worker_statistics& worker);

/// All of `workers` together.
worker_figures together(std::span<const worker_figures> workers);

/// The fields of a worker; docs/log.md has them.
nlohmann::ordered_json to_json(const worker_figures& of);

/// The reverse; throws `nlohmann::json::exception` for what `to_json` cannot have made. Of logs
/// that tell of waiting only, computing is what remains of `seconds`, the wall-clock time of the
/// epochs.
worker_figures worker_figures_from(const nlohmann::ordered_json& json, double seconds);

} // namespace peccary::program
