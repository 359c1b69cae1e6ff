// Staleness: updates by others applied between this worker's read and its own apply, from per-worker update clocks.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/statistics/histogram.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// One single-writer count of applied updates a worker, each on its own cache lines. A single global counter would itself be the most
/// contended line of the program and, incremented without a lock prefix, lose counts and bias the staleness low.
class update_clocks {
public:
    explicit update_clocks(std::size_t workers) : clocks_(workers) {}

    std::size_t workers() const noexcept { return clocks_.size(); }

    /// Counts `updates` of worker `self`; called by that worker only, after their last write.
    void advance(std::size_t self, std::uint64_t updates = 1) noexcept {
        auto& applied = clocks_[self].applied;
        // The owner is the only writer, so load and store need no read-modify-write. Release pairs with the acquire in `others`:
        // an update that was counted was also applied.
        applied.store(applied.load(std::memory_order_relaxed) + updates, std::memory_order_release);
    }

    /// Updates applied so far by all workers but `self`.
    std::uint64_t others(std::size_t self) const noexcept {
        std::uint64_t sum = 0;
        for (std::size_t worker = 0; worker < clocks_.size(); ++worker) {
            if (worker != self) {
                sum += clocks_[worker].applied.load(std::memory_order_acquire); // pairs with the release in `advance`
            }
        }
        return sum;
    }

    /// Updates applied so far by worker `self`.
    std::uint64_t own(std::size_t self) const noexcept { return clocks_[self].applied.load(std::memory_order_acquire); }

private:
    struct alignas(cache_line) padded_clock {
        std::atomic<std::uint64_t> applied{0};
    };
    static_assert(sizeof(padded_clock) == cache_line);
    std::vector<padded_clock> clocks_;
};

/// Samples one worker's staleness: every `period`-th update, every one (1), or none (0). The first is the `first`-th.
///
/// The sampled clock sees whole updates: an update of another worker that is half applied at the read counts as after it, one that is
/// half applied at the apply does not count. Thread-safety: none; it belongs to its worker.
class staleness_probe {
public:
    staleness_probe(update_clocks& clocks, std::size_t self, std::uint64_t period, std::uint64_t first, histogram& record) noexcept
        : clocks_(&clocks), record_(&record), self_(self), period_(period), countdown_(first) {}

    /// To be called just before the first read of an update.
    void at_read() noexcept {
        if (--countdown_ == 0) [[unlikely]] { // a period of 0 wraps round to 2^64 - 1 and never gets here
            seen_ = clocks_->others(self_);
        }
    }

    /// To be called just before the first write of an update.
    void at_apply() noexcept {
        if (countdown_ == 0) [[unlikely]] {
            record_->record(clocks_->others(self_) - seen_);
            countdown_ = period_;
        }
    }

    /// To be called after the last write of an update.
    void applied() noexcept {
        if (period_ != 0) {
            clocks_->advance(self_);
        }
    }

    /// For schemes whose workers read and apply at merges, not at updates: to be called within a merge, with the updates that it applies. All of
    /// them were read at the merge before.
    void merged(std::uint64_t updates) noexcept {
        if (period_ == 0) {
            return;
        }
        const std::uint64_t now = clocks_->others(self_);
        if (updates > 0) {
            record_->record(now - seen_, updates);
            clocks_->advance(self_, updates);
        }
        seen_ = now;
    }

private:
    update_clocks* clocks_;
    histogram* record_;
    std::size_t self_;
    std::uint64_t period_;
    std::uint64_t countdown_;
    std::uint64_t seen_ = 0;
};

} // namespace peccary
