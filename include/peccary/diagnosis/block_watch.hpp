// What one worker saw of each block while it read and wrote an update: whether it was written
// meanwhile, and by how many updates since.
#pragma once

#include "peccary/diagnosis/block_stamps.hpp"
#include "peccary/statistics/histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// How the reads of one block went, or of all parameters.
struct read_tally {
    std::uint64_t reads = 0;
    std::uint64_t torn = 0; ///< of these, those during which somebody wrote
    /// updates that wrote the block between an update's read of it and its own first write
    histogram staleness;

    /// Fraction of the reads that were torn, 0 to 1.
    double torn_fraction() const noexcept { return reads == 0 ? 0.0 : static_cast<double>(torn) / static_cast<double>(reads); }

    void merge(const read_tally& other) noexcept {
        reads += other.reads;
        torn += other.torn;
        staleness.merge(other.staleness);
    }
};

/// Follows one update at a time: begin_evaluation, reads, end_evaluation, begin_apply, adds. Reads
/// and adds come in operations on coordinates of one block; `watched_view` tells of them.
/// Thread-safety: none; it belongs to its worker.
class block_watch {
public:
    explicit block_watch(block_stamps& stamps) : stamps_(&stamps), blocks_(stamps.size()) {}

    void begin_evaluation() noexcept {
        any_read_ = false;
        torn_ = false;
        for (watched_block& block : blocks_) {
            block.read = false;
            block.torn = false;
            block.written = false;
        }
    }

    void begin_read(std::size_t number) noexcept {
        watched_block& block = blocks_[number];
        if (!any_read_) {
            any_read_ = true;
            ended_ = stamps_->of_all().ended();
        }
        if (!block.read) {
            block.read = true;
            block.applied = stamps_->of(number).applied();
        }
        block.ended = stamps_->of(number).ended();
    }
    void end_read(std::size_t number) noexcept {
        watched_block& block = blocks_[number];
        block.torn = !stamps_->of(number).unchanged_since(block.ended) || block.torn;
        torn_ = !stamps_->of_all().unchanged_since(ended_) || torn_;
    }

    void end_evaluation() noexcept {
        if (any_read_) {
            count(all_, torn_);
        }
        for (watched_block& block : blocks_) {
            if (block.read) {
                count(block.tally, block.torn);
            }
        }
    }

    void begin_write(std::size_t number) noexcept {
        watched_block& block = blocks_[number];
        if (block.read && !block.written) {
            block.tally.staleness.record(stamps_->of(number).applied() - block.applied);
        }
        stamps_->of_all().begin_write();
        stamps_->of(number).begin_write();
    }
    void end_write(std::size_t number) noexcept {
        stamps_->of(number).end_write();
        stamps_->of_all().end_write();
        if (!blocks_[number].written) {
            blocks_[number].written = true;
            stamps_->of(number).apply();
        }
    }

    /// A whole evaluation that nobody could disturb, of which no operation was watched.
    void count_undisturbed() noexcept { count(all_, false); }

    const block_stamps& stamps() const noexcept { return *stamps_; }
    const read_tally& all() const noexcept { return all_; }
    const read_tally& of(std::size_t number) const noexcept { return blocks_[number].tally; }

private:
    struct watched_block {
        read_tally tally = {};
        std::uint64_t ended = 0;   ///< writes, as the read began
        std::uint64_t applied = 0; ///< updates, as the read began
        bool read = false;
        bool torn = false;
        bool written = false; ///< by this update
    };

    static void count(read_tally& tally, bool torn) noexcept {
        ++tally.reads;
        tally.torn += torn ? 1 : 0;
    }

    block_stamps* stamps_;
    std::vector<watched_block> blocks_;
    read_tally all_;
    std::uint64_t ended_ = 0; ///< writes to any block, as the update's first read began
    bool any_read_ = false;
    bool torn_ = false;
};

} // namespace peccary
