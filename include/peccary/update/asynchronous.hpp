// The loop that the asynchronous schemes share: each worker claims updates, evaluates and applies them, and waits for nobody.
#pragma once

#include "peccary/execution/update_queue.hpp"
#include "peccary/update/batch.hpp"
#include "peccary/update/simulation.hpp"
#include "peccary/update/stretch.hpp"

#include <cmath>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

namespace peccary {

/// Where a worker reads and writes: in place, in the shared buffer, through an access policy. Schemes that do more around an update (lock its
/// support) or write elsewhere (a replica, a new version) derive from this and hide what differs.
///
///   begin(rows), before_apply(), end()   enclose an update: `base` after the first is where it reads, after the second where it writes. False of
///                                        `end` says that what was written is void, and asks for another `before_apply` and another apply; after true,
///                                        the update is applied, or given up and counted so
///   damped(step, damper)                 what is left of its step
///   try_begin(rows)                      only where `begin` may wait until others have come to their `end`: the same without waiting. False says
///                                        that it would have to; called again until it succeeds
///   after(updates)                       follows a chunk of so many updates
///   finish()                             follows a worker's last update of the stretch
///   tally()                              retries and waiting
template <access_policy Access>
struct in_place {
    real* base;
    Access access;
    staleness_probe probe;

    void begin(std::span<const row_index> /*rows*/) noexcept { probe.at_read(); }
    void before_apply() noexcept { probe.at_apply(); }
    /// What is left of an update's step, between `before_apply` and the update's first write. Nothing is late where plain memory will do, as nobody
    /// else writes there meanwhile; that spares serial descent the question.
    real damped(real step, damper* by) const noexcept {
        if constexpr (Access::info.race_free) {
            return peccary::damped(step, by, probe);
        } else {
            return step;
        }
    }
    bool end() noexcept {
        probe.applied();
        return true;
    }
    void after(std::uint64_t /*updates*/) noexcept {}
    void finish() noexcept {}
    contention tally() const noexcept { return access.tally(); }
};

/// One worker's part: updates from the queue until it is empty or a stop is requested.
template <class Gradient, class Stretch, class Place>
void work_asynchronously(Stretch& stretch, update_queue& queue, unsigned worker, Place place) {
    Gradient gradient(stretch, worker);
    const auto view = [&place](const step_cursor& step) { return shared_view(place.base, place.access, step.scale()); };
    auto& statistics = stretch.state.workers[worker].statistics;
    damper* const damping = stretch.state.workers[worker].damping.get();
    for (auto range = queue.claim(); !range.empty(); range = queue.claim()) {
        auto step = stretch.steps.at(range.first);
        double witness = 0;
        std::uint64_t examples = 0;
        for (std::uint64_t update = range.first; update < range.last; ++update, step.next()) {
            if (stretch.steps.begins_block(update)) {
                step = stretch.steps.at(update);
            }
            const auto rows = gradient.rows_of(update);
            place.begin(rows);
            witness += gradient.differentiate(rows, view(step));
            do {
                place.before_apply();
                gradient.apply(rows, view(step), place.damped(step.step(), damping));
            } while (!place.end());
            examples += rows.size();
        }
        place.after(range.last - range.first);
        statistics.examples += examples;
        statistics.updates += range.last - range.first;
        if (!std::isfinite(witness)) {
            stretch.state.report({.worker = worker, .update = range.first, .step = stretch.steps.at(range.first).step()});
        }
    }
    place.finish();
    statistics.waits.merge(place.tally());
}

/// `make_place(worker)` gives each worker its own.
template <class Stretch, std::invocable<unsigned> MakePlace>
std::uint64_t run_workers(Stretch& stretch, unsigned workers, MakePlace make_place) {
    update_queue queue(stretch.first, stretch.last, stretch.chunk(), stretch.state.stop);
    if (stretch.turns != nullptr) {
        simulate_workers(stretch, queue, workers, make_place);
        return queue.completed();
    }
    stretch.run_each(workers, [&](unsigned worker) {
        if (stretch.batch == 1) {
            work_asynchronously<single_gradient<Stretch>>(stretch, queue, worker, make_place(worker));
        } else {
            work_asynchronously<batch_gradient<Stretch>>(stretch, queue, worker, make_place(worker));
        }
    });
    return queue.completed();
}

/// All workers in place, over an access policy that concurrent writers may use.
template <class Stretch, std::invocable<unsigned> MakeAccess>
requires race_free_access<std::invoke_result_t<MakeAccess, unsigned>> std::uint64_t run_asynchronously(Stretch& stretch,
                                                                                                       MakeAccess make_access) {
    return run_workers(stretch, stretch.workers, [&](unsigned worker) {
        return in_place<std::invoke_result_t<MakeAccess, unsigned>>{stretch.shared.base(), make_access(worker), stretch.probe(worker)};
    });
}

} // namespace peccary
