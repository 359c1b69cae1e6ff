// Schemes whose workers train private copies in plain memory, and now and then meet all together.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/core/types.hpp"
#include "peccary/execution/barrier.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/problem.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace peccary {

/// The run's updates are dealt out in blocks of `period`: block b is made by worker b mod P, on its
/// own copy. After every P blocks, a round, all workers meet: each combines a slice of the
/// coordinates over all copies, in the order of the workers. So the bits depend on the number of
/// workers, but on no thread's speed. A round may reach over the end of a stretch or an epoch;
/// copies outlive it. At the end of each stretch the shared parameters are what a meeting would
/// have made them, but the copies stay as they are, so that folds, evaluations and checkpoints do
/// not change the run.
///
/// A stop ends the stretch before a round, or before the rest of one.
class collective_descent : public scheme {
public:
    using access = exclusive; // between barriers

    std::uint64_t run(stretch& part) final {
        const std::uint64_t round = period_of(part) * part.workers;
        // the run begins where the shared parameters are
        if (part.updates_before + part.first == 0) {
            for (parameters& copy : copies_) {
                std::ranges::copy(part.shared.exclusive(), copy.exclusive().begin());
            }
        }
        barrier trained(part.workers);
        barrier met(part.workers);
        std::atomic<bool> stopped{false};
        std::uint64_t reached = part.last;
        part.run_each(part.workers, [&](unsigned worker) {
            contention& waits = part.state.workers[worker].statistics.waits;
            const auto of = part.task.make_worker(access(), worker, part);
            staleness_probe alone = part.silent_probe(worker);
            staleness_probe meetings = part.probe(worker);
            bool apart = true; // the copies differ from the shared parameters
            for (std::uint64_t first = part.first; first < part.last;) {
                const std::uint64_t last = (std::min)(part.last, end_of_round(part, first, round));
                // One worker decides for all, before the barrier at which the others learn it.
                if (worker == 0 && part.state.stop.requested()) {
                    reached = first;
                    stopped.store(true, std::memory_order_relaxed); // ordered by the barrier
                }
                met.arrive_and_wait(waits);
                if (stopped.load(std::memory_order_relaxed)) {
                    break;
                }
                const update_range mine = share_of(part, first, last, round / part.workers, worker);
                train(part, *of, mine, worker, alone);
                meetings.merged(mine.last - mine.first, (last - first) - (mine.last - mine.first));
                trained.arrive_and_wait(waits);
                apart = last < end_of_round(part, first, round);
                if (!apart) {
                    combine_slice(part, worker, true);
                }
                first = last;
            }
            if (apart) {
                trained.arrive_and_wait(waits);
                combine_slice(part, worker, false);
            }
            waits.merge(of->tally());
        });
        return reached;
    }

    std::span<parameters> copies() noexcept final { return copies_; }

protected:
    collective_descent(const parameters& shared, unsigned workers) : copies_(workers, shared) {}

    /// A slice of one span of the parameters, over all copies.
    struct meeting {
        std::span<const std::span<real>> copies; ///< by worker; all of the size of `center`
        /// the shared parameters: as the last meeting left them, or the last stretch
        std::span<real> center;
        bool part_again = true; ///< if not, the copies are left as they are
    };

    /// Updates of one worker between two meetings. The same in all stretches of a run.
    virtual std::uint64_t period_of(const stretch& part) const = 0;

    /// Any thread; nobody else touches the slice.
    virtual void meet(const meeting& slice) = 0;

private:
    static std::uint64_t end_of_round(const stretch& part, std::uint64_t update, std::uint64_t round) noexcept {
        return ((part.updates_before + update) / round + 1) * round - part.updates_before;
    }

    /// Those of the updates [first, last), all of one round, that are in the worker's block.
    static update_range share_of(const stretch& part, std::uint64_t first, std::uint64_t last, std::uint64_t period,
                                 unsigned worker) noexcept {
        const std::uint64_t round = period * part.workers;
        // may lie before the epoch: wraps round
        const std::uint64_t begin_of_round = end_of_round(part, first, round) - round;
        const std::uint64_t from = begin_of_round + period * worker;
        const auto within = [&](std::uint64_t update) { // signed, for that reason
            return static_cast<std::uint64_t>(
                std::clamp(static_cast<std::int64_t>(update), static_cast<std::int64_t>(first), static_cast<std::int64_t>(last)));
        };
        return {.first = within(from), .last = within(from + period)};
    }

    void train(stretch& part, worker& of, update_range updates, unsigned number, staleness_probe& alone) {
        if (updates.empty()) {
            return;
        }
        auto& statistics = part.state.workers[number].statistics;
        const double finite = of.run(updates, copies_[number].base(), alone, nullptr);
        statistics.updates += updates.last - updates.first;
        statistics.examples += part.examples_of(updates);
        if (!is_finite(finite)) {
            part.state.report(
                {.worker = number, .update = updates.first, .step = static_cast<double>(part.steps.at(updates.first).step())});
        }
    }

    /// Each worker's slice of each span.
    void combine_slice(stretch& part, unsigned number, bool part_again) {
        const stopwatch merging;
        for (const parameter_span& span : part.shared.layout().spans()) {
            const std::size_t from = span.size * number / part.workers;
            const std::size_t size = span.size * (number + 1) / part.workers - from;
            std::vector<std::span<real>> slices;
            for (parameters& copy : copies_) {
                slices.push_back(copy.exclusive(span).subspan(from, size));
            }
            const std::span<real> center = part.shared.exclusive(span).subspan(from, size);
            if (span.counts) {
                add_up(slices, center);
            } else {
                meet({.copies = slices, .center = center, .part_again = part_again});
            }
        }
        part.state.workers[number].statistics.waits.merge_seconds += merging.seconds();
    }

    /// Tallies beside the model: what the workers counted since the last time is added up.
    static void add_up(std::span<const std::span<real>> copies, std::span<real> center) {
        for (std::size_t i = 0; i < center.size(); ++i) {
            real sum = center[i];
            for (const std::span<real> copy : copies) {
                sum += copy[i] - center[i];
            }
            center[i] = sum;
            for (const std::span<real> copy : copies) {
                copy[i] = sum;
            }
        }
    }

    std::vector<parameters> copies_;
};

} // namespace peccary
