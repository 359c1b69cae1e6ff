// A dense data set: one cloud of points per class around a center of its own.
#pragma once

#include "peccary/core/random.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace peccary::program {

/// Row i depends on (seed, i) alone. Centers are uniform on [-4, 4) in each feature, and points lie
/// about normally around theirs with variance 1; classes 0, 1, ... take turns. Values are rounded
/// to thousandths. Thread-safety: const members from any thread.
class blobs_set {
public:
    /// Throws `usage_error` for less than one feature or two classes.
    blobs_set(std::uint64_t features, std::uint64_t classes, std::uint64_t seed);

    /// "x1,...,label", a line.
    std::string header() const;

    /// Appends row `row` as a line of CSV.
    void append_row(std::uint64_t row, std::string& text) const;

private:
    std::uint64_t features_;
    std::uint64_t seed_;
    std::vector<std::vector<std::int64_t>> centers_; ///< (classes x features), in thousandths
};

} // namespace peccary::program
