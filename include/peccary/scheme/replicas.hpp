// Whole-model replicas: each worker trains a private copy and every so often merges it with the shared parameters, losing nothing.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace peccary {

/// A merge adds to the shared parameters what the worker changed since its last merge, and takes the sum: copy += shared - snapshot;
/// shared = snapshot = copy. So every update of every worker counts fully, as in Hogwild!, only later; averaging would halve them.
///
/// Considerations. On text, whose few hot features are in every row, the cores of Hogwild! pass the same cache lines back and forth: with two
/// workers it takes several times as long as with one. A replica's updates run at the speed of one core, and a merge streams through memory.
/// Merges under locks are lossless whoever comes when; two workers that overwrite each other's merge lose whole periods of work. The parameters
/// are merged in segments, each with a lock of its own, and each worker begins with another, so that they merge side by side: with one lock for
/// all, merges took half of the time of softmax over 62,061 features x 20 classes. Merging more often than the cost allows is no use: the
/// objective hardly notices periods of a thousand examples. Merging only the features of the rows since the last merge was no faster there: what
/// it saves in memory traffic it loses by jumping about, and by keeping the list of them.
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
                                      .batch = 1,
                                      .late = applied_late::merges};

    replicas(const parameters& shared, unsigned workers)
        : copies_(workers, copy{shared, shared}), locks_((shared.size() + segment - 1) / segment) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        const std::uint64_t period = merge_period(stretch);
        return run_workers(stretch, stretch.workers, [&](unsigned worker) {
            copy& mine = copies_[worker];
            const std::size_t first = locks_.size() * worker / stretch.workers;
            return replica{{mine.trained.base(), {}, stretch.probe(worker)}, &stretch.shared, &mine, locks_, first, period};
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
        std::span<std::mutex> locks; ///< one a segment
        std::size_t first_segment;   ///< that this worker begins with
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
        bool end() const noexcept { return true; }

        void after(std::uint64_t updates) {
            unmerged += updates;
            if (unmerged >= period) {
                merge<false>();
            }
        }

        void finish() {
            if (unmerged > 0) {
                merge<true>();
            }
        }

        contention tally() const noexcept { return waited; }

    private:
        void take() {
            for_each_segment([this](std::size_t from, std::size_t size) {
                const auto current = shared->exclusive().subspan(from, size);
                std::ranges::copy(current, mine->trained.base() + from);
                std::ranges::copy(current, mine->snapshot.base() + from);
            });
            probe.merged(0);
            fresh = false;
        }

        /// `Last`: of a stretch. The next one begins with the shared parameters anew, so the copies are left as they are.
        template <bool Last>
        void merge() {
            for_each_segment([this](std::size_t from, std::size_t size) {
                real* const all = shared->base() + from;
                real* const trained = mine->trained.base() + from;
                real* const snapshot = mine->snapshot.base() + from;
                for (std::size_t i = 0; i < size; ++i) {
                    // What the others added since; where that is zero, the sum is the worker's own value to the last bit. A choice between
                    // the two, instead of the addition of zero, keeps compilers from vectorising this.
                    const real merged = trained[i] + (all[i] - snapshot[i]);
                    all[i] = merged;
                    if constexpr (!Last) {
                        trained[i] = merged;
                        snapshot[i] = merged;
                    }
                }
            });
            probe.merged(unmerged);
            unmerged = 0;
        }

        /// Calls `visit(from, size)` for each segment of the parameters, with its lock held; counts the time as that of merging.
        template <class Visitor>
        void for_each_segment(Visitor visit) {
            const stopwatch merging;
            const double waited_before = waited.lock_seconds;
            for (std::size_t i = 0; i < locks.size(); ++i) {
                const std::size_t at = (first_segment + i) % locks.size();
                std::unique_lock held(locks[at], std::try_to_lock);
                if (!held.owns_lock()) {
                    const stopwatch waiting;
                    held.lock();
                    ++waited.contended;
                    waited.lock_seconds += waiting.seconds();
                }
                visit(at * segment, std::min(segment, shared->size() - at * segment));
            }
            waited.merge_seconds += merging.seconds() - (waited.lock_seconds - waited_before);
        }
    };

    /// Updates between merges of one worker: at least as many as take some fourteen times as long as the merge, but half of its part of the epoch at
    /// most. A merge moves three streams of memory; a parameter of it costs about 0.3 times what a nonzero of an update does. Merging four times as
    /// often cost a fifth of the speed-up on imdb, and half as often left the gap after six passes 1.6 times that of one worker.
    template <class Stretch>
    static std::uint64_t merge_period(const Stretch& stretch) {
        const double row =
            static_cast<double>(stretch.data.nonzeros()) / static_cast<double>(std::max<std::size_t>(1, stretch.data.size()));
        const double update = std::max(1.0, row * static_cast<double>(stretch.batch * stretch.objective.outputs()));
        const double affordable = 4.0 * static_cast<double>(stretch.shared.size()) / update;
        const double part = static_cast<double>(stretch.order.size()) / static_cast<double>(stretch.workers * stretch.batch);
        const double merges = std::max(2.0, std::floor(part / affordable));
        // A twentieth more than an even share, so that a worker with somewhat more than its part does not merge just before its last merge.
        return static_cast<std::uint64_t>(std::max(1.0, 1.05 * part / merges));
    }

    static constexpr std::size_t segment = 8192; ///< in reals
    std::vector<copy> copies_;
    std::vector<std::mutex> locks_;
};

} // namespace peccary
