// A view that keeps what a worker reads through it, to be compared later with what is there then.
#pragma once

#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameter_view.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace peccary {

/// Put around another view, whose policy reads and adds. Each value that is read is kept at its
/// coordinate's place in `kept`, the last one where a coordinate is read twice; what is computed is
/// computed from the kept values, by plain loops that give the same bits.
class recording_view final : public parameter_view {
public:
    /// `kept` has room for the whole buffer.
    recording_view(parameter_view& through, real* kept) noexcept : through_(&through), kept_(kept) {
        parameter_view::aim(through.base(), through.scales());
    }

    void aim(real* base, weight_scale scale) noexcept override {
        through_->aim(base, scale);
        parameter_view::aim(base, scale);
    }
    const access_info& about() const noexcept override { return through_->about(); }
    contention tally() const noexcept override { return through_->tally(); }

    real load(std::size_t at) const override { return kept_[at] = through_->load(at); }
    void accumulate_block(std::size_t offset, std::span<real> out) const override {
        keep(offset, out.size());
        computed().accumulate_block(offset, out);
    }
    const real* read_block(std::size_t offset, std::span<real> scratch) const override {
        const real* const read = through_->read_block(offset, scratch);
        std::copy_n(read, scratch.size(), kept_ + offset);
        return read;
    }
    real dot(std::size_t offset, const sparse_row& row) const override { return dot_row(offset, row); }
    real dot(std::size_t offset, const dense_row& row) const override { return dot_row(offset, row); }
    void multiply(std::size_t offset, const sparse_row& row, std::span<real> scores) const override { multiply_row(offset, row, scores); }
    void multiply(std::size_t offset, const dense_row& row, std::span<real> scores) const override { multiply_row(offset, row, scores); }

    void add(std::size_t at, real delta) const override { through_->add(at, delta); }
    void add_block(std::size_t offset, std::span<const real> values, real factor) const override {
        through_->add_block(offset, values, factor);
    }
    void add_row(std::size_t offset, const sparse_row& row, real factor) const override { through_->add_row(offset, row, factor); }
    void add_row(std::size_t offset, const dense_row& row, real factor) const override { through_->add_row(offset, row, factor); }
    void add_outer(std::size_t offset, const sparse_row& row, std::span<const real> slopes, real factor) const override {
        through_->add_outer(offset, row, slopes, factor);
    }
    void add_outer(std::size_t offset, const dense_row& row, std::span<const real> slopes, real factor) const override {
        through_->add_outer(offset, row, slopes, factor);
    }

    void lock() const override { through_->lock(); }
    void unlock() const noexcept override { through_->unlock(); }
    void commit() const override { through_->commit(); }

private:
    shared_view<exclusive> computed() const noexcept { return {kept_, plain_, scales()}; }

    void keep(std::size_t offset, std::size_t size) const {
        const std::span<real> place(kept_ + offset, size);
        const real* const read = through_->read_block(offset, place);
        if (read != place.data()) { // looked at in place
            std::copy_n(read, size, place.begin());
        }
    }

    /// `width` consecutive values for each feature of the row, in one operation.
    template <class Row>
    void keep_row(std::size_t offset, const Row& row, std::size_t width) const {
        through_->lock();
        for (std::size_t k = 0; k < row.size(); ++k) {
            keep(offset + row.index(k) * width, width);
        }
        through_->unlock();
    }
    template <class Row>
    real dot_row(std::size_t offset, const Row& row) const {
        keep_row(offset, row, 1);
        return computed().dot(offset, row);
    }
    template <class Row>
    void multiply_row(std::size_t offset, const Row& row, std::span<real> scores) const {
        keep_row(offset, row, scores.size());
        computed().multiply(offset, row, scores);
    }

    parameter_view* through_;
    real* kept_;
    mutable exclusive plain_;
};

} // namespace peccary
