// Synchronous mini-batch descent (bulk-synchronous parallel): all workers evaluate a batch, meet,
// apply it together, meet.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/execution/barrier.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/problem.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace peccary {

/// Each worker evaluates its slice of the batch; after the barrier each applies the whole batch, in
/// order, to its own share of the features.
/// Considerations. Reducing private dense gradients would cost the model's size per batch, and
/// summing them in the order of workers would make the bits depend on their number. Sharing out the
/// features instead needs no reduction, no atomics, and every coordinate receives its adds in the
/// order of the rows: the result does not depend on the number of workers at all.
class synchronous final : public scheme {
public:
    using access = exclusive; // between barriers
    static constexpr scheme_info info{.name = "synchronous",
                                      .summary = "mini-batches with barriers (BSP); bits independent of the workers",
                                      .paper = "Dekel, Gilad-Bachrach, Shamir, Xiao 2012",
                                      .consistency = read_consistency::serial,
                                      .access = "exclusive, between barriers",
                                      .parallel = true,
                                      .deterministic = true,
                                      .lossless = true,
                                      .lockstep = true,
                                      .batch = 16,
                                      .collective = true};

    synchronous(const parameters& /*shared*/, unsigned /*workers*/) {}

    std::uint64_t run(stretch& part) override {
        if (shares_.empty()) {
            shares_ = balanced_shares(part.task, part.workers);
        }
        const auto batch = part.task.make_collective(part.workers, part);
        barrier evaluated(part.workers);
        barrier prepared(part.workers);
        barrier applied(part.workers);
        std::atomic<bool> stopped{false};
        std::uint64_t reached = part.last;
        part.run_each(part.workers, [&](unsigned worker) {
            auto probe = part.probe(worker);
            auto& statistics = part.state.workers[worker].statistics;
            const std::uint64_t chunk = part.chunk();
            real* const base = part.shared.base();
            for (std::uint64_t update = part.first; update < part.last; ++update) {
                const auto step = part.steps.at(update);
                const std::size_t rows = part.rows_of(update).size();
                const std::size_t from = rows * worker / part.workers;
                const std::size_t to = rows * (worker + 1) / part.workers;
                // One worker decides for all, before the barrier at which the others learn it.
                if (worker == 0 && update % chunk == 0 && part.state.stop.requested()) {
                    reached = update;
                    stopped.store(true, std::memory_order_relaxed); // ordered by the barrier
                }
                if (worker == 0) {
                    probe.at_read();
                }
                const double finite = batch->differentiate(worker, update, base, step.scale(), from, to);
                if (!is_finite(finite)) {
                    part.state.report({.worker = worker, .update = update, .step = static_cast<double>(step.step())});
                }
                statistics.examples += to - from;
                evaluated.arrive_and_wait(statistics.waits);
                if (stopped.load(std::memory_order_relaxed)) {
                    statistics.examples -= to - from;
                    return;
                }
                if (worker == 0) {
                    probe.at_apply();
                }
                batch->prepare_share(worker, update, base, step.scale(), shares_[worker]);
                if (batch->shares_depend()) {
                    prepared.arrive_and_wait(statistics.waits);
                }
                batch->apply_share(worker, update, base, step.scale(), step.step(), shares_[worker]);
                applied.arrive_and_wait(statistics.waits);
                if (worker == 0) { // an update is the whole batch's, and counted once
                    probe.applied();
                    ++statistics.updates;
                }
            }
        });
        return reached;
    }

private:
    /// Feature ranges with about as many nonzeros each, judged by a sample of rows.
    static std::vector<feature_share> balanced_shares(const problem& task, unsigned workers) {
        constexpr std::size_t sample = 2048;
        const std::size_t examples = task.facts().examples;
        // of each; a sample is of fewer than twice as many rows as asked
        std::vector<std::uint32_t> nonzeros(task.facts().features);
        std::size_t all = 0;
        const std::size_t stride = (std::max<std::size_t>)(1, examples / sample);
        for (std::size_t i = 0; i < examples; i += stride) {
            std::visit(
                [&](const auto& row) {
                    for (std::size_t k = 0; k < row.size(); ++k) {
                        ++nonzeros[row.index(k)];
                    }
                    all += row.size();
                },
                task.row(static_cast<row_index>(i)));
        }
        std::vector<feature_share> shares(workers);
        std::size_t feature = 0;
        std::size_t before = 0; // nonzeros of all features before it
        for (unsigned worker = 1; worker < workers; ++worker) {
            for (; all > 0 && before + nonzeros[feature] <= all * worker / workers; ++feature) {
                before += nonzeros[feature];
            }
            shares[worker].biases = false;
            shares[worker].first = all > 0 ? static_cast<feature_index>(feature) : shares[worker].last;
            shares[worker - 1].last = shares[worker].first;
        }
        return shares;
    }

    std::vector<feature_share> shares_;
};

static_assert(scheme_type<synchronous>);

} // namespace peccary
