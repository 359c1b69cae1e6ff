// Synchronous mini-batch descent (bulk-synchronous parallel): all workers evaluate a batch, meet, apply it together, meet.
#pragma once

#include "peccary/execution/barrier.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/batch.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// Each worker evaluates its slice of the batch; after the barrier each applies the whole batch, in order, to its own share of the features.
/// Considerations. Reducing private dense gradients would cost the model's size per batch, and summing them in the order of workers would make
/// the bits depend on their number. Sharing out the features instead needs no reduction, no atomics, and every coordinate receives its adds in
/// the order of the rows: the result does not depend on the number of workers at all.
struct synchronous {
    static constexpr scheme_info info{.name = "synchronous",
                                      .summary = "mini-batches with barriers (BSP); bits independent of the workers",
                                      .paper = "Dekel, Gilad-Bachrach, Shamir, Xiao 2012",
                                      .consistency = "serial",
                                      .access = "exclusive, between barriers",
                                      .parallel = true,
                                      .deterministic = true,
                                      .lossless = true,
                                      .lockstep = true,
                                      .batch = 16,
                                      .together = true};

    synchronous(const parameters& /*shared*/, unsigned /*workers*/) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        if (shares_.empty()) {
            shares_ = balanced_shares(stretch.data, stretch.workers);
        }
        batch_gradient<Stretch> gradient(stretch, 0, stretch.workers);
        barrier evaluated(stretch.workers);
        barrier prepared(stretch.workers);
        barrier applied(stretch.workers);
        std::atomic<bool> stopped{false};
        std::uint64_t reached = stretch.last;
        stretch.run_each(stretch.workers, [&](unsigned worker) {
            auto probe = stretch.probe(worker);
            auto& statistics = stretch.state.workers[worker].statistics;
            const std::uint64_t chunk = stretch.chunk();
            exclusive access;
            for (std::uint64_t update = stretch.first; update < stretch.last; ++update) {
                const auto step = stretch.steps.at(update);
                const auto rows = stretch.rows_of(update);
                const std::size_t from = rows.size() * worker / stretch.workers;
                const std::size_t to = rows.size() * (worker + 1) / stretch.workers;
                const shared_view view(stretch.shared.base(), access, step.scale());
                // One worker decides for all, before the barrier at which the others learn it.
                if (worker == 0 && update % chunk == 0 && stretch.state.stop.requested()) {
                    reached = update;
                    stopped.store(true, std::memory_order_relaxed); // ordered by the barrier
                }
                if (worker == 0) {
                    probe.at_read();
                }
                const double witness = gradient.differentiate(rows, view, from, to);
                if (!std::isfinite(witness)) {
                    stretch.state.report({.worker = worker, .update = update, .step = step.step()});
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
                gradient.prepare_share(rows, view, shares_[worker], worker);
                if (gradient.shares_depend()) {
                    prepared.arrive_and_wait(statistics.waits);
                }
                gradient.apply_share(rows, view, step.step(), shares_[worker], worker);
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
    template <class Data>
    static std::vector<feature_share> balanced_shares(const Data& data, unsigned workers) {
        constexpr std::size_t sample = 2048;
        std::vector<std::uint32_t> nonzeros(data.features()); // of each; a sample is of fewer than twice as many rows as asked
        std::size_t all = 0;
        const std::size_t stride = std::max<std::size_t>(1, data.size() / sample);
        for (std::size_t i = 0; i < data.size(); i += stride) {
            const auto row = data.row(i);
            for (std::size_t k = 0; k < row.size(); ++k) {
                ++nonzeros[row.index(k)];
            }
            all += row.size();
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

} // namespace peccary
