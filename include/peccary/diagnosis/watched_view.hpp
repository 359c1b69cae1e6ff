// A view of the parameters around another, which tells a `block_watch` of every operation.
#pragma once

#include "peccary/diagnosis/block_watch.hpp"
#include "peccary/parameters/parameter_view.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace peccary {

/// Whether a policy's reads can meet writes, and its adds are made as they are asked for.
constexpr bool can_be_watched(const access_info& policy) noexcept { return policy.race_free && !policy.deferred; }

/// Each operation is watched while the lock of the policy is held, if it has one: so stamps change
/// only under it, and a read under it is never torn. An operation on a long block is watched piece
/// by piece, one for each block of the stamps.
/// Thread-safety: none; it belongs to its worker.
class watched_view final : public parameter_view {
public:
    watched_view(parameter_view& through, block_watch& watch) noexcept : through_(&through), watch_(&watch) {}

    void aim(real* base, weight_scale scale) noexcept override {
        through_->aim(base, scale);
        parameter_view::aim(base, scale);
    }
    const access_info& about() const noexcept override { return through_->about(); }
    contention tally() const noexcept override { return through_->tally(); }

    real load(std::size_t at) const override {
        const operation under_way(*this);
        enter(activity::reading, at);
        return through_->load(at);
    }
    void add(std::size_t at, real delta) const override {
        const operation under_way(*this);
        enter(activity::writing, at);
        through_->add(at, delta);
    }
    void accumulate_block(std::size_t offset, std::span<real> out) const override {
        for_each_piece(activity::reading, offset, out.size(),
                       [&](std::size_t done, std::size_t size) { through_->accumulate_block(offset + done, out.subspan(done, size)); });
    }
    const real* read_block(std::size_t offset, std::span<real> scratch) const override {
        for_each_piece(activity::reading, offset, scratch.size(),
                       [&](std::size_t done, std::size_t size) { through_->read_block(offset + done, scratch.subspan(done, size)); });
        return scratch.data(); // policies that can be watched copy
    }
    void add_block(std::size_t offset, std::span<const real> values, real factor) const override {
        for_each_piece(activity::writing, offset, values.size(),
                       [&](std::size_t done, std::size_t size) { through_->add_block(offset + done, values.subspan(done, size), factor); });
    }
    real dot(std::size_t offset, const sparse_row& row) const override {
        return read_row(offset, row, [&] { return through_->dot(offset, row); });
    }
    real dot(std::size_t offset, const dense_row& row) const override {
        return read_row(offset, row, [&] { return through_->dot(offset, row); });
    }
    void add_row(std::size_t offset, const sparse_row& row, real factor) const override {
        write_row(offset, row, [&] { through_->add_row(offset, row, factor); });
    }
    void add_row(std::size_t offset, const dense_row& row, real factor) const override {
        write_row(offset, row, [&] { through_->add_row(offset, row, factor); });
    }
    void multiply(std::size_t offset, const sparse_row& row, std::span<real> scores) const override {
        read_row(offset, row, [&] { return through_->multiply(offset, row, scores), real{0}; });
    }
    void multiply(std::size_t offset, const dense_row& row, std::span<real> scores) const override {
        read_row(offset, row, [&] { return through_->multiply(offset, row, scores), real{0}; });
    }
    void add_outer(std::size_t offset, const sparse_row& row, std::span<const real> slopes, real factor) const override {
        write_row(offset, row, [&] { through_->add_outer(offset, row, slopes, factor); });
    }
    void add_outer(std::size_t offset, const dense_row& row, std::span<const real> slopes, real factor) const override {
        write_row(offset, row, [&] { through_->add_outer(offset, row, slopes, factor); });
    }

    void lock() const override { through_->lock(); }
    void unlock() const noexcept override { through_->unlock(); }
    void commit() const override { through_->commit(); }

private:
    enum class activity { none, reading, writing };

    /// Holds the policy's lock; as it goes, the operation has ended, and only then the lock is let
    /// go.
    class operation {
    public:
        explicit operation(const watched_view& of) : of_(&of) { of_->through_->lock(); }
        operation(const operation&) = delete;
        operation& operator=(const operation&) = delete;
        ~operation() {
            of_->leave();
            of_->through_->unlock();
        }

    private:
        const watched_view* of_;
    };

    template <class Visitor>
    void for_each_piece(activity what, std::size_t offset, std::size_t size, Visitor visit) const {
        const operation under_way(*this);
        for (std::size_t done = 0; done < size;) {
            const std::size_t piece = (std::min)(enter(what, offset + done), size - done);
            visit(done, piece);
            done += piece;
        }
    }

    /// The coordinates of a row's operation are of one block.
    template <class Row, class Read>
    real read_row(std::size_t offset, const Row& row, Read read) const {
        const operation under_way(*this);
        if (row.size() > 0) {
            enter(activity::reading, offset);
        }
        return read();
    }
    template <class Row, class Write>
    void write_row(std::size_t offset, const Row& row, Write write) const {
        const operation under_way(*this);
        if (row.size() > 0) {
            enter(activity::writing, offset);
        }
        write();
    }

    /// Tells the watch if this is another block, or something else that is done to it; returns how
    /// many reals there are up to the block's end.
    std::size_t enter(activity what, std::size_t offset) const noexcept {
        if (what != current_ || offset < first_ || offset >= end_) {
            leave();
            const block_stamps& stamps = watch_->stamps();
            block_ = stamps.block_at(offset);
            first_ = stamps.block(block_).first;
            end_ = stamps.end_of(block_);
            current_ = what;
            if (what == activity::reading) {
                watch_->begin_read(block_);
            } else {
                watch_->begin_write(block_);
            }
        }
        return end_ - offset;
    }
    void leave() const noexcept {
        if (current_ == activity::reading) {
            watch_->end_read(block_);
        } else if (current_ == activity::writing) {
            watch_->end_write(block_);
        }
        current_ = activity::none;
    }

    parameter_view* through_;
    block_watch* watch_;
    mutable activity current_ = activity::none;
    mutable std::size_t block_ = 0;
    mutable std::size_t first_ = 0; ///< of the block, in reals
    mutable std::size_t end_ = 0;
};

} // namespace peccary
