// The distribution of delays as a log or a comparison holds it: plain values, from a histogram to
// JSON and back.
#pragma once

#include "peccary/statistics/histogram.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <vector>

namespace peccary::program {

/// JSON has no NaN: what does not apply is null.
nlohmann::ordered_json number_or_null(double value);

/// Only bins that hold something, in ascending order. The bin of what is beyond a histogram's range
/// ends at the maximum.
struct distribution {
    struct bin {
        std::uint64_t first = 0; ///< least value of the bin
        std::uint64_t last = 0;  ///< greatest one
        std::uint64_t count = 0;
    };

    std::vector<bin> bins;
    std::uint64_t samples = 0;
    std::uint64_t maximum = 0;
    double mean = 0; ///< 0 without samples

    void merge(const distribution& other);

    /// As of `histogram`: the last value of the first bin at which `fraction` of the samples are
    /// reached.
    std::uint64_t quantile(double fraction) const;
};

distribution distribution_of(const histogram& from);

/// Half the sum of the differences of all bins' shares: 0 if they are the same, 1 if they have no
/// bin in common or one of them has no samples.
double total_variation(const distribution& one, const distribution& other);

/// `mean`, `p50`, `p90`, `p99`, `max`, `samples`, and `bins`: an array of [first value, last value,
/// count].
nlohmann::ordered_json to_json(const distribution& of);

/// The reverse; throws `nlohmann::json::exception` for what `to_json` cannot have made. Without
/// `bins`, as older logs are, there are none.
distribution distribution_from(const nlohmann::ordered_json& json);

} // namespace peccary::program
