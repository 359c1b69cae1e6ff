// Whole-model replicas: each worker trains a private copy and every so often merges it with the shared parameters, losing nothing.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/scheme/asynchronous.hpp"
#include "peccary/scheme/scheme.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace peccary {

/// A merge adds to the shared parameters what the worker changed since its last merge, and takes the sum: copy += shared - snapshot;
/// shared = snapshot = copy. So every update of every worker counts fully, as in Hogwild!, only later; averaging would halve them.
///
/// Considerations. On text, whose few hot features are in every row, the cores of Hogwild! pass the same cache lines back and forth: with two
/// workers it takes several times as long as with one. A replica's updates run at the speed of one core, and a merge streams through memory.
/// Merges under one lock are lossless whoever comes when; two workers that overwrite each other's merge lose whole periods of work. Merging
/// more often than the cost allows is no use: the objective hardly notices periods of a thousand examples (docs/performance.md).
struct replicas {
    static constexpr scheme_info info{.name = "replicas",
                                      .summary = "a private copy each, merged without loss every so often",
                                      .paper = "Zhang, Re 2014 (DimmWitted, per core)",
                                      .consistency = "own copy",
                                      .access = "exclusive, merged under a lock",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1};

    replicas(const parameters& shared, unsigned workers) : copies_(workers, copy{shared, shared}) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        std::mutex mutex;
        const std::uint64_t period = merge_period(stretch);
        return run_workers(stretch, stretch.workers, [&](unsigned worker) {
            copy& mine = copies_[worker];
            return replica{{mine.trained.base(), {}, stretch.probe(worker)}, &stretch.shared, &mine, &mutex, period};
        });
    }

private:
    struct copy {
        parameters trained;
        parameters snapshot; ///< the shared parameters as they were at the last merge
    };

    struct replica : in_place<exclusive> {
        parameters* shared;
        copy* mine;
        std::mutex* mutex;
        std::uint64_t period;
        std::uint64_t unmerged = 0;
        contention waited = {};
        bool fresh = true;

        void begin(std::span<const row_index> /*rows*/) {
            if (fresh) [[unlikely]] {
                take();
            }
        }
        void before_apply() const noexcept {}
        void end() const noexcept {}

        void after(std::uint64_t updates) {
            unmerged += updates;
            if (unmerged >= period) {
                merge();
            }
        }

        void finish() {
            if (unmerged > 0) {
                merge();
            }
        }

        contention tally() const noexcept { return waited; }

    private:
        std::unique_lock<std::mutex> hold() {
            std::unique_lock held(*mutex, std::try_to_lock);
            if (!held.owns_lock()) {
                const stopwatch waiting;
                held.lock();
                ++waited.contended;
                waited.lock_seconds += waiting.seconds();
            }
            return held;
        }

        void take() {
            const auto held = hold();
            std::ranges::copy(shared->exclusive(), mine->trained.exclusive().begin());
            std::ranges::copy(shared->exclusive(), mine->snapshot.exclusive().begin());
            probe.merged(0);
            fresh = false;
        }

        void merge() {
            const auto held = hold();
            real* const all = shared->base();
            real* const trained = mine->trained.base();
            real* const snapshot = mine->snapshot.base();
            for (std::size_t i = 0; i < shared->size(); ++i) {
                // What the others added since; where that is zero, the sum is the worker's own value to the last bit. A choice between the
                // two, instead of the addition of zero, keeps compilers from vectorising this.
                const real merged = trained[i] + (all[i] - snapshot[i]);
                all[i] = merged;
                trained[i] = merged;
                snapshot[i] = merged;
            }
            probe.merged(unmerged);
            unmerged = 0;
        }
    };

    /// Updates between merges of one worker: as many as take some sixteen times as long as the merge, but at least four merges an epoch. A
    /// merge moves three streams of memory, about as much per parameter as half a nonzero of an update.
    template <class Stretch>
    static std::uint64_t merge_period(const Stretch& stretch) {
        const double row =
            static_cast<double>(stretch.data.nonzeros()) / static_cast<double>(std::max<std::size_t>(1, stretch.data.size()));
        const double update = std::max(1.0, row * static_cast<double>(stretch.batch * stretch.objective.outputs()));
        const double affordable = 8.0 * static_cast<double>(stretch.shared.size()) / update;
        const double quarter = static_cast<double>(stretch.order.size()) / static_cast<double>(4 * stretch.workers * stretch.batch);
        return static_cast<std::uint64_t>(std::max(1.0, std::min(affordable, quarter)));
    }

    std::vector<copy> copies_;
};

} // namespace peccary
