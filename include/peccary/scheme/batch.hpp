// One update of a worker: evaluate a batch of rows, then apply what came out.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/scheme/stretch.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace peccary {

/// Worker scratch for updates of a single example. Apart from `batch_gradient` so that the few numbers between the dot product and the add stay
/// in registers: through memory they cost 15 % on rows of a dozen nonzeros. Thread-safety: none; each worker has its own.
template <class Stretch>
class single_gradient {
public:
    explicit single_gradient(const Stretch& stretch) : stretch_(&stretch), gradient_(stretch.objective.make_gradient()) {}

    std::span<const row_index, 1> rows_of(std::uint64_t update) const noexcept {
        return stretch_->order.subspan(update).template first<1>();
    }

    template <class View>
    double differentiate(std::span<const row_index, 1> rows, const View& view) {
        return stretch_->objective.differentiate(stretch_->data.row(rows[0]), view, gradient_);
    }

    template <class View>
    void apply(std::span<const row_index, 1> rows, const View& view, real step) {
        stretch_->objective.apply(stretch_->data.row(rows[0]), gradient_, view, step);
    }

private:
    const Stretch* stretch_;
    typename Stretch::gradient gradient_;
};

/// Worker scratch for updates of one stretch: the gradient of each example of a batch, allocated once.
/// Thread-safety: none; each worker has its own.
template <class Stretch>
class batch_gradient {
public:
    explicit batch_gradient(const Stretch& stretch) : stretch_(&stretch), gradients_(stretch.batch, stretch.objective.make_gradient()) {}

    std::span<const row_index> rows_of(std::uint64_t update) const noexcept { return stretch_->rows_of(update); }

    /// Fills the gradients of `rows`; returns a number that is finite exactly if all evaluations were.
    template <class View>
    double differentiate(std::span<const row_index> rows, const View& view) {
        return differentiate(rows, view, 0, rows.size());
    }

    /// The same for rows [from, to) of the batch. Disjoint slices may be filled by different workers at once.
    template <class View>
    double differentiate(std::span<const row_index> rows, const View& view, std::size_t from, std::size_t to) {
        double witness = 0;
        for (std::size_t i = from; i < to; ++i) {
            witness += stretch_->objective.differentiate(stretch_->data.row(rows[i]), view, gradients_[i]);
        }
        return witness;
    }

    /// Adds -step times the mean gradient of `rows`, which must be those last differentiated.
    template <class View>
    void apply(std::span<const row_index> rows, const View& view, real step) {
        const real share_of_row = step / static_cast<real>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            stretch_->objective.apply(stretch_->data.row(rows[i]), gradients_[i], view, share_of_row);
        }
    }

    /// The same for one share of the parameters. Disjoint shares may be applied by different workers at once.
    template <class View>
    void apply_share(std::span<const row_index> rows, const View& view, real step, const feature_share& share) const {
        const real share_of_row = step / static_cast<real>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            stretch_->objective.apply_share(stretch_->data.row(rows[i]), gradients_[i], view, share_of_row, share);
        }
    }

private:
    const Stretch* stretch_;
    std::vector<typename Stretch::gradient> gradients_;
};

/// The same for objectives that are evaluated a batch at a time: one gradient for the whole batch.
template <class Stretch>
requires Stretch::batched class batch_gradient<Stretch> {
public:
    explicit batch_gradient(const Stretch& stretch)
        : stretch_(&stretch), gradient_(stretch.objective.make_gradient(stretch.data, stretch.batch)) {}

    std::span<const row_index> rows_of(std::uint64_t update) const noexcept { return stretch_->rows_of(update); }

    template <class View>
    double differentiate(std::span<const row_index> rows, const View& view) {
        return stretch_->objective.differentiate(stretch_->data, rows, view, gradient_);
    }

    template <class View>
    double differentiate(std::span<const row_index> rows, const View& view, std::size_t from, std::size_t to) {
        return stretch_->objective.differentiate_slice(stretch_->data, rows, view, gradient_, from, to);
    }

    template <class View>
    void apply(std::span<const row_index> rows, const View& view, real step) {
        stretch_->objective.apply(stretch_->data, rows, gradient_, view, step / static_cast<real>(rows.size()));
    }

    template <class View>
    void apply_share(std::span<const row_index> rows, const View& view, real step, const feature_share& share) {
        stretch_->objective.apply_share(stretch_->data, rows, gradient_, view, step / static_cast<real>(rows.size()), share);
    }

private:
    const Stretch* stretch_;
    typename Stretch::gradient gradient_;
};

/// A batch of one is a batch.
template <class Stretch>
requires Stretch::batched class single_gradient<Stretch> : public batch_gradient<Stretch> {
public:
    using batch_gradient<Stretch>::batch_gradient;
};

} // namespace peccary
