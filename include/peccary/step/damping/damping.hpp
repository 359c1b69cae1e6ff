// The contract of dampings: what an update's step is multiplied by, given how late the update
// comes.
#pragma once

#include <concepts>
#include <string_view>

namespace peccary {

/// What a worker knows when it applies an update. What it has seen so far includes this update, and
/// begins anew with each epoch.
struct lateness {
    double staleness = 0; ///< updates by others since this one was read
    double workers = 1;
    double knob = 0; ///< the damping's own; see each
    /// where `learns`: the quantile `knob` of the staleness that this worker has seen
    double threshold = 0;
    /// where `learns`: the share of what it has seen that is less stale, the equally stale counted
    /// half
    double rank = 0.5;
};

struct damping_info {
    std::string_view name;
    std::string_view formula; ///< of the factor
    std::string_view source;
    /// default of the knob, which is above 0 and at most 1; 0 where there is none
    double knob = 0;
    bool learns = false; ///< needs `threshold` or `rank`
};

/// `factor(late)` is what the step is multiplied by: pure, finite, zero or positive, never above
/// that of a less stale update; 1 for all updates of a worker who is alone.
template <class Damping>
concept damping_law = requires(const lateness& late) {
    { Damping::info } -> std::convertible_to<damping_info>;
    { Damping::factor(late) } -> std::same_as<double>;
};

} // namespace peccary
