// What a diagnosed run counts: adds, those of them that were lost, how late they came to hot and
// cold coordinates and to layers; torn reads.
#pragma once

#include "peccary/data/frequency.hpp"
#include "peccary/diagnosis/block_watch.hpp"
#include "peccary/parameters/layout.hpp"
#include "peccary/statistics/histogram.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace peccary {

/// The reads of one layer, or of another block of the parameters.
struct block_diagnosis {
    std::string name;
    read_tally reads;
};

/// What a diagnosed run found. Plain values.
struct diagnosis {
    std::uint64_t adds = 0;   ///< adds to a feature's weights, counted without loss
    std::uint64_t lost = 0;   ///< how many of these were overwritten by another worker's
    std::size_t features = 0; ///< of the data
    /// the most frequent features that together make up half of the nonzeros
    std::size_t hot_features = 0;
    /// adds to a hot coordinate between its read and its add: by others, and by earlier rows of its
    /// batch
    histogram hot;
    histogram cold; ///< the same for all other coordinates
    /// one an evaluation, of all the parameters that it reads; none where they could not be watched
    read_tally reads = {};
    /// one a layer; without reads where nobody can disturb them
    std::vector<block_diagnosis> blocks = {};

    /// Fraction of the adds that was lost, 0 to 1.
    double lost_fraction() const noexcept { return adds == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(adds); }
};

/// Where the workers of a diagnosed run count. Thread-safety: all members but `found` from any
/// thread.
class diagnostic_ledger {
public:
    explicit diagnostic_ledger(const feature_frequency& frequency) : touched_(frequency.features()), is_hot_(frequency.features()) {
        hot_features_ = frequency.covering(0.5);
        const std::vector<feature_index> order = frequency.by_frequency();
        for (std::size_t place = 0; place < hot_features_; ++place) {
            is_hot_[order[place]] = 1;
        }
    }

    std::size_t features() const noexcept { return is_hot_.size(); }
    bool hot(feature_index j) const noexcept { return is_hot_[j] != 0; }

    /// How often feature `j` was added to so far, modulo 2^32. Relaxed: a count among others, which
    /// orders nothing.
    std::uint32_t touched(feature_index j) const noexcept { return touched_[j].load(std::memory_order_relaxed); }
    void touch(feature_index j) noexcept { touched_[j].fetch_add(1, std::memory_order_relaxed); }
    void count_adds(std::uint64_t adds) noexcept { adds_.fetch_add(adds, std::memory_order_relaxed); }

    void merge(const histogram& hot, const histogram& cold) {
        const std::lock_guard held(mutex_);
        hot_.merge(hot);
        cold_.merge(cold);
    }

    /// Before workers run: whose reads are to be watched.
    void watch(const parameter_layout& layout) {
        stamps_.emplace(layout);
        blocks_.assign(stamps_->size(), read_tally{});
    }
    block_stamps& stamps() noexcept { return *stamps_; }

    void merge(const block_watch& watch) {
        const std::lock_guard held(mutex_);
        reads_.merge(watch.all());
        for (std::size_t block = 0; block < blocks_.size(); ++block) {
            blocks_[block].merge(watch.of(block));
        }
    }

    /// After the join. `shadow` holds the counts that were added to through the scheme's own access
    /// policy.
    diagnosis found(std::span<const real> shadow) const {
        double survived = 0;
        for (const real count : shadow) {
            survived += static_cast<double>(count);
        }
        const std::uint64_t adds = adds_.load(std::memory_order_relaxed);
        std::vector<block_diagnosis> blocks;
        for (std::size_t block = 0; block < blocks_.size(); ++block) {
            blocks.push_back({.name = stamps_->block(block).name, .reads = blocks_[block]});
        }
        return {.adds = adds,
                .lost = adds - static_cast<std::uint64_t>(survived),
                .features = features(),
                .hot_features = hot_features_,
                .hot = hot_,
                .cold = cold_,
                .reads = reads_,
                .blocks = std::move(blocks)};
    }

private:
    std::vector<std::atomic<std::uint32_t>> touched_;
    std::vector<std::uint8_t> is_hot_;
    std::size_t hot_features_ = 0;
    std::atomic<std::uint64_t> adds_{0};
    std::optional<block_stamps> stamps_;
    std::mutex mutex_; // guards those below
    histogram hot_;
    histogram cold_;
    read_tally reads_;
    std::vector<read_tally> blocks_;
};

/// One worker's delays, merged into the ledger when it goes. Thread-safety: none; it belongs to its
/// worker.
class delay_tally {
public:
    explicit delay_tally(diagnostic_ledger& ledger) noexcept : ledger_(&ledger) {}
    // the copy has noted nothing yet
    delay_tally(const delay_tally& other) noexcept : ledger_(other.ledger_) {}
    delay_tally& operator=(const delay_tally&) = delete;
    ~delay_tally() { ledger_->merge(hot_, cold_); }

    /// An add to feature `j`, which had been added to `seen` times when it was read.
    void note(feature_index j, std::uint32_t seen) noexcept { (ledger_->hot(j) ? hot_ : cold_).record(ledger_->touched(j) - seen); }

private:
    diagnostic_ledger* ledger_;
    histogram hot_;
    histogram cold_;
};

/// One worker's watch, merged into the ledger when it goes. Thread-safety: none; it belongs to its
/// worker.
class ledger_watch : public block_watch {
public:
    explicit ledger_watch(diagnostic_ledger& ledger) : block_watch(ledger.stamps()), ledger_(&ledger) {}
    // the copy has seen nothing yet
    ledger_watch(const ledger_watch& other) : ledger_watch(*other.ledger_) {}
    ledger_watch& operator=(const ledger_watch&) = delete;
    ~ledger_watch() { ledger_->merge(*this); }

private:
    diagnostic_ledger* ledger_;
};

} // namespace peccary
