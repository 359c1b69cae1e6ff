// An axis of a chart: from values to places, and where the ticks are.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace peccary::program {

/// Values from `low` to `high`, which differ, at places from 0 to 1, evenly in the value or in its
/// logarithm.
struct axis {
    double low = 0;
    double high = 1;
    bool logarithmic = false;

    double place(double value) const;

    /// Round values within the range, ascending: 2 to 10 or so.
    std::vector<double> ticks() const;

    /// "log" or "linear", and the range in digits that read back as the same numbers, for
    /// attributes of the chart.
    std::string text() const;
};

/// An axis that holds all `values`: logarithmic if it is asked for and all are positive. Not finite
/// ones are passed over.
axis axis_for(std::span<const double> values, bool logarithmic);

} // namespace peccary::program
