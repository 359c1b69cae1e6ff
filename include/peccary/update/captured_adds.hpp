// What an objective would add to the parameters in one update, kept in a worker's scratch instead: which blocks, and how much.
#pragma once

#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"
#include "peccary/parameters/access/access.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace peccary {

/// Blocks of coordinates, each once, however often it was added to: in the order in which they were first met. So a row of weights that several
/// examples of a batch share is one block, and one that none has is not there. Blocks that meet are the same: an objective adds to a coordinate
/// in blocks that begin and end alike.
///
/// Considerations. A sum for each coordinate, and for those where a block begins, its length: two arrays of the model's size, of which only what
/// is used becomes resident. Sorting the blocks of a batch, or looking them up in a hash table, cost more than the adds themselves.
/// Thread-safety: none; each worker has its own.
class captured_adds {
public:
    explicit captured_adds(std::size_t size) : sums_(size), memory_(size * sizeof(std::uint32_t)) {
        std::size_t offset = 0;
        lengths_ = memory_.carve<std::uint32_t>(offset, size);
    }

    /// What adds to coordinates are made over instead of the buffer.
    real* base() noexcept { return sums_.data(); }

    void add(std::size_t first, std::span<const real> values, real factor) {
        real* const sums = sums_.data() + first;
        if (lengths_[first] == 0) {
            lengths_[first] = static_cast<std::uint32_t>(values.size());
            firsts_.push_back(first);
            for (std::size_t i = 0; i < values.size(); ++i) {
                sums[i] = factor * values[i];
            }
            return;
        }
        assert(lengths_[first] == values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            sums[i] += factor * values[i];
        }
    }

    /// Where the blocks begin.
    std::span<const std::size_t> firsts() const noexcept { return firsts_; }
    std::span<real> block(std::size_t first) noexcept { return std::span(sums_).subspan(first, lengths_[first]); }

    void clear() noexcept {
        for (const std::size_t first : firsts_) {
            lengths_[first] = 0;
        }
        firsts_.clear();
    }

private:
    storage<real> sums_;
    page_buffer memory_;               ///< zero at first
    std::uint32_t* lengths_ = nullptr; ///< zero where no block begins
    std::vector<std::size_t> firsts_;
};

/// Adds are captured. Nothing is to be read through it: what an objective reads, it has read before.
class capturing_access : public elementwise_blocks<capturing_access> {
public:
    static constexpr access_info info{.name = "capturing", .race_free = true, .lossless = true};

    explicit capturing_access(captured_adds& into) noexcept : into_(&into) {}

    real load(const real& cell) const noexcept { return cell; }
    void add(const real& cell, real delta) const { add_block(&cell, std::span(&delta, 1), 1); }
    void add_block(const real* to, std::span<const real> from, real factor) const {
        if (!from.empty()) {
            into_->add(static_cast<std::size_t>(to - into_->base()), from, factor);
        }
    }
    contention tally() const noexcept { return {}; }

private:
    captured_adds* into_;
};

static_assert(access_policy<capturing_access>);

} // namespace peccary
