// The parts of a worker's time, each with its name in JSON.
#pragma once

#include "peccary/statistics/worker_statistics.hpp"

#include <utility>

namespace peccary::program {

inline constexpr std::pair<const char*, double worker_times::*> parts_of_time[] = {
    {"computing_seconds", &worker_times::computing}, {"lock_seconds", &worker_times::locks},
    {"barrier_seconds", &worker_times::barriers},    {"retry_seconds", &worker_times::retrying},
    {"merge_seconds", &worker_times::merging},       {"idle_seconds", &worker_times::idle},
};

} // namespace peccary::program
