// The loop of asynchronous schemes: each worker claims updates, evaluates and applies them, and
// waits for nobody.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/execution/update_queue.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/update/problem.hpp"
#include "peccary/update/simulation.hpp"
#include "peccary/update/site.hpp"
#include "peccary/update/stretch.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace peccary {

/// One update after the other, each enclosed by the site. Returns a number that is finite exactly
/// if all evaluations were.
inline double run_enclosed(const stretch& part, update_range updates, worker& of, site& at) {
    step_cursor step = part.steps.at(updates.first);
    double finite = 0;
    for (std::uint64_t update = updates.first; update < updates.last; ++update, step.next()) {
        if (part.steps.begins_block(update)) {
            step = part.steps.at(update);
        }
        at.begin(of, update);
        finite += of.differentiate(update, at.base, step.scale());
        do {
            at.before_apply();
            of.apply(update, at.base, step.scale(), at.damped(step.step()));
        } while (!at.end());
    }
    return finite;
}

/// One worker's part: updates from the queue until it is empty or a stop is requested.
inline void work_asynchronously(stretch& part, update_queue& queue, unsigned number, worker& of, site& at) {
    auto& statistics = part.state.workers[number].statistics;
    const bool enclosed = at.encloses_updates();
    auto range = queue.claim();
    if (!range.empty()) {
        at.first_read();
    }
    for (; !range.empty(); range = queue.claim()) {
        const double finite = enclosed ? run_enclosed(part, range, of, at) : of.run(range, at.base, at.probe, at.damping);
        const std::uint64_t updates = range.last - range.first;
        at.after(updates);
        statistics.examples += part.examples_of(range);
        statistics.updates += updates;
        if (!is_finite(finite)) {
            part.state.report({.worker = number, .update = range.first, .step = static_cast<double>(part.steps.at(range.first).step())});
        }
    }
    at.finish();
    statistics.waits.merge(of.tally());
    statistics.waits.merge(at.tally());
}

/// Runs `workers` workers, threads or simulated ones. `make_site(number)` gives each of them its
/// site, and `access_of(number)` its access policy. Returns one past the last update that was
/// applied.
template <std::invocable<unsigned> AccessOf, std::invocable<unsigned> MakeSite>
std::uint64_t run_workers(stretch& part, unsigned workers, AccessOf access_of, MakeSite make_site) {
    update_queue queue(part.first, part.last, part.chunk(), part.state.stop);
    if (part.turns != nullptr) {
        simulation simulated(part, queue);
        for (unsigned number = 0; number < workers; ++number) {
            simulated.add(part.task.make_worker(access_of(number), number, part), make_site(number));
        }
        simulated.run();
        return queue.completed();
    }
    part.run_each(workers, [&](unsigned number) {
        const std::unique_ptr<worker> of = part.task.make_worker(access_of(number), number, part);
        const std::unique_ptr<site> at = make_site(number);
        work_asynchronously(part, queue, number, *of, *at);
    });
    return queue.completed();
}

/// All workers in place, in the shared parameters, through an access policy that concurrent writers
/// may use.
template <std::invocable<unsigned> MakeAccess>
requires race_free_access<std::invoke_result_t<MakeAccess, unsigned>> std::uint64_t run_asynchronously(stretch& part,
                                                                                                       MakeAccess make_access) {
    return run_workers(
        part, part.workers, [&](unsigned number) { return any_access(make_access(number)); },
        [&](unsigned number) {
            return std::make_unique<site>(part.shared.base(), part.probe(number), part.state.workers[number].damping.get());
        });
}

} // namespace peccary
