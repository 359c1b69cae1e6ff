// The one line that shows how a run stands: what fits into a terminal of any width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace peccary::program {

struct progress_figures {
    std::string place;   ///< "epoch 3/10"
    double fraction = 0; ///< done, 0 to 1
    std::optional<double> loss;
    std::optional<double> updates_per_second;
    std::optional<std::uint64_t> staleness_p50;
    std::optional<std::uint64_t> staleness_p99;
    std::optional<double> seconds_left;
};

/// Less than `columns` wide, so that no terminal wraps it. What does not fit is left out whole, the
/// least important first: the bar, the place, staleness, updates/s, the time left, the loss.
std::string progress_line(const progress_figures& of, std::size_t columns, bool colours);

} // namespace peccary::program
