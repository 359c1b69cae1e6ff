// How many updates a worker with a private copy makes between two meetings with the others.
#pragma once

#include "peccary/update/problem.hpp"
#include "peccary/update/stretch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace peccary {

/// One worker's part of an epoch, in updates, and how many meetings it has time for.
struct meeting_plan {
    double part = 1;
    double meetings = 2;
};

/// At least as many updates between meetings as take some fourteen times as long as one, but two
/// meetings an epoch at the least. A meeting moves three streams of memory; a parameter of it costs
/// about 0.3 times what a visit of a nonzero does. Merging four times as often cost `replicas` a
/// fifth of the speed-up on imdb; half as often left the gap after six passes 1.6 times that of one
/// worker.
///
/// A network's update costs much more than a meeting. There the period is that of the literature:
/// 10 to 16 updates (EASGD:
/// Zhang, Choromanska, LeCun 2015; post-local SGD: Lin, Stich, Patel, Jaggi 2020).
inline meeting_plan plan_meetings(const stretch& part) {
    constexpr double least_updates_of_networks = 16;
    const double least = part.task.facts().batched ? least_updates_of_networks : 0;
    const double affordable = (std::max)(least, 4.0 * static_cast<double>(part.shared.size()) / (std::max)(1.0, part.work));
    const double updates = static_cast<double>(part.order.size()) / static_cast<double>(part.workers * part.batch);
    return {.part = updates, .meetings = (std::max)(2.0, std::floor(updates / affordable))};
}

} // namespace peccary
