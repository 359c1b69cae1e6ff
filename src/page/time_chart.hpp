// Where workers spent their time, as SVG: a bar for each, of computing and of waiting.
#pragma once

#include <string>
#include <vector>

namespace peccary::program {

struct time_bar {
    std::string name;
    double computing = 0; ///< seconds, as are the others
    double locks = 0;
    double barriers = 0;

    double all() const { return computing + locks + barriers; }
};

/// Shares of each bar's own time, since the runs' times differ by orders of magnitude.
std::string draw_times(const std::string& id, const std::string& title, const std::vector<time_bar>& bars);

} // namespace peccary::program
