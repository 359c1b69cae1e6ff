// The contract of workers: one worker's updates over an objective and data, without their types.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"
#include "peccary/execution/update_queue.hpp"
#include "peccary/objective/share.hpp"
#include "peccary/parameters/shared_view.hpp"
#include "peccary/statistics/contention.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/step/damper.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace peccary {

/// A worker is made for one stretch (`problem::make_worker`) and knows its data, its order of rows
/// and its steps. A scheme says which updates it makes, and in which buffer.
///
/// Considerations. A virtual call a chunk of updates is 0.02 % of the chunk; schemes that act
/// between an update's read and its write (locks, versions, turns) pay two calls beside something
/// far dearer. So a scheme is compiled once, not once for each objective.
/// Thread-safety: none; each thread has its own.
class worker {
public:
    worker() = default;
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    virtual ~worker() = default;

    /// Evaluates and applies these updates one after the other in the buffer at `base`. `probe`
    /// measures their staleness; `damping`, if there is one, shortens their steps by it. Returns a
    /// number that is finite exactly if all evaluations were.
    virtual double run(update_range updates, real* base, staleness_probe& probe, damper* damping) = 0;

    /// The first half of an update: evaluates the gradient at the parameters at `base`, of this
    /// scale. Returns a number that is finite exactly if the evaluation was.
    virtual double differentiate(std::uint64_t update, real* base, weight_scale scale) = 0;

    /// The second half: adds -step times the mean gradient, that of the last call of
    /// `differentiate`. May be called again, where what it wrote came to nothing.
    virtual void apply(std::uint64_t update, real* base, weight_scale scale, real step) = 0;

    /// The features whose weights the update adds to, once for each time that it does. Valid until
    /// the next call.
    virtual std::span<const feature_index> support(std::uint64_t update) = 0;

    /// Retries and waiting so far.
    virtual contention tally() const noexcept = 0;
};

/// Updates that several workers make together: each evaluates a slice of the batch; when all have,
/// each applies the whole batch to its share of the parameters. Thread-safety: each member may be
/// called by all workers at once, for disjoint slices or shares; the caller sees to it that nobody
/// applies before all have evaluated.
class collective_batch {
public:
    collective_batch() = default;
    collective_batch(const collective_batch&) = delete;
    collective_batch& operator=(const collective_batch&) = delete;
    virtual ~collective_batch() = default;

    /// Evaluates examples [from, to) of the update. Returns a number that is finite exactly if all
    /// evaluations were.
    virtual double differentiate(unsigned worker, std::uint64_t update, real* base, weight_scale scale, std::size_t from,
                                 std::size_t to) = 0;

    /// Whether all shares must be prepared before the first is applied.
    virtual bool shares_depend() const noexcept = 0;

    /// To be called before `apply_share`.
    virtual void prepare_share(unsigned worker, std::uint64_t update, real* base, weight_scale scale, const feature_share& share) = 0;

    /// Adds -step times the mean gradient to one share of the parameters.
    virtual void apply_share(unsigned worker, std::uint64_t update, real* base, weight_scale scale, real step,
                             const feature_share& share) = 0;
};

} // namespace peccary
