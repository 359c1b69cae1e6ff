// What an objective would add to the parameters in one update, kept in a worker's scratch instead:
// which blocks, and how much.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"
#include "peccary/parameters/parameter_view.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace peccary {

/// Blocks of coordinates, each once, however often it was added to: in the order in which they were
/// first met. So a row of weights that several examples of a batch share is one block, and one that
/// none has is not there. Blocks that meet are the same: an objective adds to a coordinate in
/// blocks that begin and end alike.
///
/// Considerations. A sum for each coordinate, and for those where a block begins, its length: two
/// arrays of the model's size, of which only what is used becomes resident. Sorting the blocks of a
/// batch, or looking them up in a hash table, cost more than the adds themselves.
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

/// A view whose adds are captured: private to the worker, so neither stale nor torn. Nothing is
/// read through it, since what an objective reads, it has read before.
class capturing_view final : public parameter_view {
public:
    static constexpr access_info info{.name = "capturing", .race_free = true, .lossless = true};

    /// `like`: the view of what is shared, for its scale.
    capturing_view(captured_adds& into, const parameter_view& like) noexcept : into_(&into) { aim(into.base(), like.scales()); }

    const access_info& about() const noexcept override { return info; }
    contention tally() const noexcept override { return {}; }

    void add(std::size_t at, real delta) const override { into_->add(at, std::span(&delta, 1), 1); }
    void add_block(std::size_t offset, std::span<const real> values, real factor) const override {
        if (!values.empty()) {
            into_->add(offset, values, factor);
        }
    }
    void add_row(std::size_t offset, const sparse_row& row, real factor) const override {
        for (std::size_t k = 0; k < row.size(); ++k) {
            add(offset + row.index(k), factor * row.value(k));
        }
    }
    void add_row(std::size_t offset, const dense_row& row, real factor) const override {
        add_block(offset + row.first, row.values, factor);
    }
    void add_outer(std::size_t offset, const sparse_row& row, std::span<const real> slopes, real factor) const override {
        outer(offset, row, slopes, factor);
    }
    void add_outer(std::size_t offset, const dense_row& row, std::span<const real> slopes, real factor) const override {
        outer(offset, row, slopes, factor);
    }

    real load(std::size_t /*at*/) const override { return refuse(); }
    void accumulate_block(std::size_t /*offset*/, std::span<real> /*out*/) const override { refuse(); }
    const real* read_block(std::size_t /*offset*/, std::span<real> scratch) const override {
        refuse();
        return scratch.data();
    }
    real dot(std::size_t /*offset*/, const sparse_row& /*row*/) const override { return refuse(); }
    real dot(std::size_t /*offset*/, const dense_row& /*row*/) const override { return refuse(); }
    void multiply(std::size_t /*offset*/, const sparse_row& /*row*/, std::span<real> /*scores*/) const override { refuse(); }
    void multiply(std::size_t /*offset*/, const dense_row& /*row*/, std::span<real> /*scores*/) const override { refuse(); }

private:
    template <class Row>
    void outer(std::size_t offset, const Row& row, std::span<const real> slopes, real factor) const {
        for (std::size_t k = 0; k < row.size(); ++k) {
            add_block(offset + row.index(k) * slopes.size(), slopes, factor * row.value(k));
        }
    }
    static real refuse() {
        throw error("an objective reads parameters while its adds are captured for an update rule; it must read them in `differentiate`");
    }

    captured_adds* into_;
};

} // namespace peccary
