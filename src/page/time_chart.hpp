// Where workers spent their time, as SVG: a bar for each, in parts.
#pragma once

#include "peccary/statistics/worker_statistics.hpp"

#include <string>
#include <vector>

namespace peccary::program {

struct time_bar {
    std::string name;
    worker_times times;
};

/// Shares of each bar's own time, since the runs' times differ by orders of magnitude.
std::string draw_times(const std::string& id, const std::string& title, const std::vector<time_bar>& bars);

} // namespace peccary::program
