// The parameters as one worker sees them, without the access policy in the type: what `shared_view`
// offers, by virtual calls.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"
#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <cstddef>
#include <span>
#include <utility>

namespace peccary {

/// For objectives whose operations are so long that a virtual call costs nothing beside them
/// (networks), and for decorators: a view around another that records, captures or watches what
/// goes through it. Operations, offsets and values are those of `shared_view`, whose members have
/// the same names.
///
/// Thread-safety: a view belongs to one worker.
class parameter_view {
public:
    parameter_view() = default;
    parameter_view(const parameter_view&) = delete;
    parameter_view& operator=(const parameter_view&) = delete;
    virtual ~parameter_view() = default;

    /// From now on, the view is of the buffer at `base`, at this weight scale.
    virtual void aim(real* base, weight_scale scale) noexcept {
        base_ = base;
        scale_ = scale;
    }

    real* base() const noexcept { return base_; }
    weight_scale scales() const noexcept { return scale_; }
    real scale() const noexcept { return scale_.scale; }
    real inverse_scale() const noexcept { return scale_.inverse; }

    /// What the access policy promises.
    virtual const access_info& about() const noexcept = 0;
    virtual contention tally() const noexcept = 0;

    virtual real load(std::size_t at) const = 0;
    virtual void add(std::size_t at, real delta) const = 0;
    virtual void accumulate_block(std::size_t offset, std::span<real> out) const = 0;
    virtual const real* read_block(std::size_t offset, std::span<real> scratch) const = 0;
    virtual void add_block(std::size_t offset, std::span<const real> values, real factor) const = 0;
    virtual real dot(std::size_t offset, const sparse_row& row) const = 0;
    virtual real dot(std::size_t offset, const dense_row& row) const = 0;
    virtual void add_row(std::size_t offset, const sparse_row& row, real factor) const = 0;
    virtual void add_row(std::size_t offset, const dense_row& row, real factor) const = 0;
    virtual void multiply(std::size_t offset, const sparse_row& row, std::span<real> scores) const = 0;
    virtual void multiply(std::size_t offset, const dense_row& row, std::span<real> scores) const = 0;
    virtual void add_outer(std::size_t offset, const sparse_row& row, std::span<const real> slopes, real factor) const = 0;
    virtual void add_outer(std::size_t offset, const dense_row& row, std::span<const real> slopes, real factor) const = 0;

    /// Enclose several operations of which nobody shall see a part, where the policy locks; else
    /// nothing.
    virtual void lock() const {}
    virtual void unlock() const noexcept {}

    /// An update ends: where the policy defers adds, they are made now.
    virtual void commit() const {}

private:
    real* base_ = nullptr;
    weight_scale scale_;
};

/// A view through a policy of this type.
template <access_policy Access>
class view_through final : public parameter_view {
public:
    explicit view_through(Access access = {}) : access_(std::move(access)) {}

    const access_info& about() const noexcept override { return Access::info; }
    contention tally() const noexcept override { return access_.tally(); }

    real load(std::size_t at) const override { return view().load(at); }
    void add(std::size_t at, real delta) const override { view().add(at, delta); }
    void accumulate_block(std::size_t offset, std::span<real> out) const override { view().accumulate_block(offset, out); }
    const real* read_block(std::size_t offset, std::span<real> scratch) const override { return view().read_block(offset, scratch); }
    void add_block(std::size_t offset, std::span<const real> values, real factor) const override {
        view().add_block(offset, values, factor);
    }
    real dot(std::size_t offset, const sparse_row& row) const override { return view().dot(offset, row); }
    real dot(std::size_t offset, const dense_row& row) const override { return view().dot(offset, row); }
    void add_row(std::size_t offset, const sparse_row& row, real factor) const override { view().add_row(offset, row, factor); }
    void add_row(std::size_t offset, const dense_row& row, real factor) const override { view().add_row(offset, row, factor); }
    void multiply(std::size_t offset, const sparse_row& row, std::span<real> scores) const override {
        view().multiply(offset, row, scores);
    }
    void multiply(std::size_t offset, const dense_row& row, std::span<real> scores) const override { view().multiply(offset, row, scores); }
    void add_outer(std::size_t offset, const sparse_row& row, std::span<const real> slopes, real factor) const override {
        view().add_outer(offset, row, slopes, factor);
    }
    void add_outer(std::size_t offset, const dense_row& row, std::span<const real> slopes, real factor) const override {
        view().add_outer(offset, row, slopes, factor);
    }

    void lock() const override {
        if constexpr (requires(Access & access) { access.lock(); }) {
            access_.lock();
        }
    }
    void unlock() const noexcept override {
        if constexpr (requires(Access & access) { access.unlock(); }) {
            access_.unlock();
        }
    }
    void commit() const override {
        if constexpr (requires(Access & access) { access.commit(base()); }) {
            access_.commit(base());
        }
    }

private:
    shared_view<Access> view() const noexcept { return {base(), access_, scales()}; }

    mutable Access access_; ///< counts what waiting costs
};

} // namespace peccary
