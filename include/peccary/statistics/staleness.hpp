// Staleness: updates by others applied between this worker's read and its own apply, from
// per-worker update clocks (docs/staleness.md).
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/statistics/worker_statistics.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

enum class staleness_mode { sampled, exact, off };

/// Which updates are measured: of each worker every `period`-th, or all (`exact`), or none (`off`).
/// In exact mode the period says which ones sampled mode would have measured.
struct staleness_sampling {
    staleness_mode mode = staleness_mode::sampled;
    std::uint64_t period = 1;
    std::uint64_t offset = 0; ///< less than a period: how much sooner the first one comes
};

/// Whose hands move the clocks: threads of their workers, or one thread that simulates all of them.
enum class clock_writers { each_worker, one_thread };

/// Single-writer counts of a worker's updates, each worker's on cache lines of its own. A single
/// global counter would itself be the most contended line of the program and, incremented without a
/// lock prefix, lose counts and bias the staleness low.
/// One thread contends with nobody: then sums are kept as well, since to add up the clocks of 1,024
/// workers takes microseconds. The sums belong to that thread; the clocks may be read by any.
class update_clocks {
public:
    explicit update_clocks(std::size_t workers, clock_writers writers = clock_writers::each_worker)
        : clocks_(workers), sums_kept_(writers == clock_writers::one_thread) {}

    std::size_t workers() const noexcept { return clocks_.size(); }

    /// Counts the next update of worker `self` as begun; called by that worker only, before its
    /// first read. Only overlap needs it.
    void begin(std::size_t self) noexcept {
        padded_clock& clock = clocks_[self];
        const std::uint64_t begun = clock.applied.load(std::memory_order_relaxed) + 1;
        if (sums_kept_) {
            all_begun_ += begun - clock.begun.load(std::memory_order_relaxed);
        }
        // Relaxed, since it announces nothing. That nobody sees fewer updates begun than applied is
        // due to the release in `advance`.
        clock.begun.store(begun, std::memory_order_relaxed);
    }

    /// Counts `updates` of worker `self` as applied, or given up; called by that worker only, after
    /// their last write.
    void advance(std::size_t self, std::uint64_t updates = 1) noexcept {
        auto& applied = clocks_[self].applied;
        // The owner is the only writer, so load and store need no read-modify-write. Release pairs
        // with the acquire in `others`: an update that was counted was also applied.
        applied.store(applied.load(std::memory_order_relaxed) + updates, std::memory_order_release);
        if (sums_kept_) {
            all_applied_ += updates;
        }
    }

    /// Updates applied so far by all workers but `self`.
    std::uint64_t others(std::size_t self) const noexcept {
        if (sums_kept_) {
            return all_applied_ - clocks_[self].applied.load(std::memory_order_relaxed);
        }
        std::uint64_t sum = 0;
        for (std::size_t worker = 0; worker < clocks_.size(); ++worker) {
            if (worker != self) {
                // pairs with the release in `advance`
                sum += clocks_[worker].applied.load(std::memory_order_acquire);
            }
        }
        return sum;
    }

    /// Updates begun so far by all workers but `self`: at least as many as an earlier call of
    /// `others` has found applied.
    std::uint64_t begun_by_others(std::size_t self) const noexcept {
        if (sums_kept_) {
            return all_begun_ - clocks_[self].begun.load(std::memory_order_relaxed);
        }
        std::uint64_t sum = 0;
        for (std::size_t worker = 0; worker < clocks_.size(); ++worker) {
            if (worker != self) {
                sum += clocks_[worker].begun.load(std::memory_order_relaxed);
            }
        }
        return sum;
    }

    /// Updates applied so far by worker `self`.
    std::uint64_t own(std::size_t self) const noexcept { return clocks_[self].applied.load(std::memory_order_acquire); }

private:
    // both on one line: who reads the one reads the other soon
    struct alignas(cache_line) padded_clock {
        std::atomic<std::uint64_t> applied{0};
        std::atomic<std::uint64_t> begun{0};
    };
    static_assert(sizeof(padded_clock) == cache_line);
    std::vector<padded_clock> clocks_;
    bool sums_kept_;
    std::uint64_t all_applied_ = 0; ///< the sums of `applied` and of `begun`, if they are kept
    std::uint64_t all_begun_ = 0;
};

/// Measures one worker's staleness, and in exact mode its overlap.
///
/// The clock sees whole updates: an update of another worker that is half applied at the read
/// counts as after it, one that is half applied at the apply does not count. Overlap counts both.
/// Thread-safety: none; it belongs to its worker.
class staleness_probe {
public:
    /// Records in the worker's own `statistics`. Which updates are sampled depends on how many it
    /// has applied before, so that short stretches are sampled as one long one would be.
    staleness_probe(update_clocks& clocks, std::size_t self, const staleness_sampling& sampling, worker_statistics& statistics) noexcept
        : clocks_(&clocks), statistics_(&statistics), self_(self), mode_(sampling.mode), period_(sampling.period),
          until_sample_(period_ - (statistics.updates + sampling.offset) % period_),
          countdown_(mode_ == staleness_mode::sampled ? until_sample_
                     : mode_ == staleness_mode::exact ? 1
                                                      : 0) {}

    /// To be called just before the first read of an update.
    void at_read() noexcept {
        // with `off`, it wraps round to 2^64 - 1 and never gets here
        if (--countdown_ == 0) [[unlikely]] {
            if (mode_ == staleness_mode::exact) {
                clocks_->begin(self_);
            }
            seen_ = clocks_->others(self_);
        }
    }

    /// To be called just before the first write of an update.
    void at_apply() noexcept {
        if (countdown_ == 0) [[unlikely]] {
            record(clocks_->others(self_) - seen_);
        }
    }

    /// The same for schemes that know the staleness without the clocks.
    void at_apply(std::uint64_t staleness) noexcept {
        if (countdown_ == 0) [[unlikely]] {
            record(staleness);
        }
    }

    /// Staleness of the update that was measured last: in exact mode, of the one that is being
    /// applied.
    std::uint64_t latest() const noexcept { return latest_; }

    /// To be called after the last write of an update.
    void applied() noexcept {
        if (mode_ == staleness_mode::sampled) [[likely]] {
            clocks_->advance(self_);
        } else if (mode_ == staleness_mode::exact) {
            // Whoever has begun by now, and had not ended when this update began.
            statistics_->overlap.record(clocks_->begun_by_others(self_) - seen_);
            clocks_->advance(self_);
        }
    }

    /// To be called in the place of `at_apply` and `applied` for an update that is given up: it is
    /// no sample of anything. Its end is counted, or those who measure overlap would take it for
    /// one under way.
    void dropped() noexcept {
        if (countdown_ == 0) {
            static_cast<void>(take_sample());
        }
        if (mode_ != staleness_mode::off) {
            clocks_->advance(self_);
        }
    }

    /// For schemes whose workers read and apply at merges, not at updates: to be called within a
    /// merge, with the updates that it applies. All of them were read at the merge before. Every
    /// merge is measured, in sampled mode too. They have no overlap: what a period of another
    /// worker amounts to is not known before its end.
    void merged(std::uint64_t updates) noexcept {
        if (mode_ == staleness_mode::off) {
            return;
        }
        const std::uint64_t now = clocks_->others(self_);
        if (updates > 0) {
            statistics_->staleness.record(now - seen_, updates);
            if (mode_ == staleness_mode::exact) {
                statistics_->as_sampled.record(now - seen_, updates);
            }
            clocks_->advance(self_, updates);
        }
        seen_ = now;
    }

    /// The same where the staleness is known: all of the updates are stale by so many of others.
    void merged(std::uint64_t updates, std::uint64_t staleness) noexcept {
        if (mode_ == staleness_mode::off || updates == 0) {
            return;
        }
        statistics_->staleness.record(staleness, updates);
        if (mode_ == staleness_mode::exact) {
            statistics_->as_sampled.record(staleness, updates);
        }
        clocks_->advance(self_, updates);
    }

private:
    void record(std::uint64_t staleness) noexcept {
        latest_ = staleness;
        statistics_->staleness.record(staleness);
        if (take_sample()) {
            statistics_->as_sampled.record(staleness);
        }
    }

    /// Counts on to the next update to be measured. In exact mode, true if sampled mode would have
    /// measured this one.
    bool take_sample() noexcept {
        if (mode_ != staleness_mode::exact) {
            countdown_ = period_;
            return false;
        }
        countdown_ = 1;
        const bool due = --until_sample_ == 0;
        until_sample_ = due ? period_ : until_sample_;
        return due;
    }

    update_clocks* clocks_;
    worker_statistics* statistics_;
    std::size_t self_;
    staleness_mode mode_;
    std::uint64_t period_;
    /// in exact mode, updates until the next that sampled mode would have measured
    std::uint64_t until_sample_;
    std::uint64_t countdown_;  ///< updates until the next one measured
    std::uint64_t seen_ = 0;   ///< applied by others at the read
    std::uint64_t latest_ = 0; ///< what was measured last
};

} // namespace peccary
