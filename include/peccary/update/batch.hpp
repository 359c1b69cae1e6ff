// One update of a worker: evaluate a batch of rows, then apply what came out.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/update/rule_update.hpp"
#include "peccary/update/stretch.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace peccary {

/// Worker scratch for updates of a single example. Apart from `batch_gradient` so that the few numbers between the dot product and the add stay
/// in registers: through memory they cost 15 % on rows of a dozen nonzeros. Thread-safety: none; each worker has its own.
template <class Stretch>
class single_gradient {
public:
    single_gradient(const Stretch& stretch, unsigned /*worker*/) : stretch_(&stretch), gradient_(stretch.objective.make_gradient()) {}

    std::span<const row_index, 1> rows_of(std::uint64_t update) const noexcept {
        return stretch_->order.subspan(update).template first<1>();
    }

    template <class View>
    double differentiate(std::span<const row_index, 1> rows, const View& view) {
        row_ = stretch_->data.row(rows[0]);
        return stretch_->objective.differentiate(row_, view, gradient_);
    }

    template <class View>
    void apply(std::span<const row_index, 1> /*rows*/, const View& view, real step) {
        stretch_->objective.apply(row_, gradient_, view, step);
    }

private:
    const Stretch* stretch_;
    typename Stretch::row_type row_ = {}; ///< kept: a simulated worker applies so late that looking it up again would wait for memory
    typename Stretch::gradient gradient_;
};

/// Worker scratch for updates of one stretch: the gradient of each example of a batch, allocated once.
/// Thread-safety: none; each worker has its own.
template <class Stretch>
class batch_gradient {
public:
    batch_gradient(const Stretch& stretch, unsigned /*worker*/, unsigned /*sharers*/ = 1)
        : stretch_(&stretch), gradients_(stretch.batch, stretch.objective.make_gradient()) {}

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

    /// Whether all shares must be prepared before the first is applied.
    static constexpr bool shares_depend() noexcept { return false; }

    /// To be called before `apply_share`, which see.
    template <class View>
    void prepare_share(std::span<const row_index> /*rows*/, const View& /*view*/, const feature_share& /*share*/,
                       unsigned /*sharer*/) const {}

    /// The same as `apply` for one share of the parameters. Disjoint shares may be applied by different workers at once, each of them one of the sharers.
    template <class View>
    void apply_share(std::span<const row_index> rows, const View& view, real step, const feature_share& share, unsigned /*sharer*/) const {
        const real share_of_row = step / static_cast<real>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            stretch_->objective.apply_share(stretch_->data.row(rows[i]), gradients_[i], view, share_of_row, share);
        }
    }

private:
    const Stretch* stretch_;
    std::vector<typename Stretch::gradient> gradients_;
};

/// The same for objectives that are evaluated a batch at a time: one gradient for the whole batch, applied by an update rule, if there is one.
template <class Stretch>
requires Stretch::batched class batch_gradient<Stretch> {
public:
    /// For the updates of `worker`, or for those that `sharers` workers make together, whose number is 0.
    batch_gradient(const Stretch& stretch, unsigned worker, unsigned sharers = 1)
        : stretch_(&stretch), gradient_(stretch.objective.make_gradient(stretch.data, stretch.batch)) {
        if (stretch.rule != nullptr) {
            rules_.reserve(sharers);
            for (unsigned sharer = 0; sharer < sharers; ++sharer) {
                rules_.emplace_back(*stretch.rule, worker);
            }
        }
    }
    batch_gradient(const batch_gradient&) = delete; // a rule's scratch is not copied
    batch_gradient& operator=(const batch_gradient&) = delete;
    batch_gradient(batch_gradient&&) noexcept = default;
    batch_gradient& operator=(batch_gradient&&) noexcept = default;
    ~batch_gradient() = default;

    std::span<const row_index> rows_of(std::uint64_t update) const noexcept { return stretch_->rows_of(update); }

    template <class View>
    double differentiate(std::span<const row_index> rows, const View& view) {
        if (rules_.empty()) {
            return stretch_->objective.differentiate(stretch_->data, rows, view, gradient_);
        }
        rule_update& rule = rules_.front();
        rule.renew();
        return rule.record(
            view, [&](const auto& recorded) { return stretch_->objective.differentiate(stretch_->data, rows, recorded, gradient_); });
    }

    template <class View>
    double differentiate(std::span<const row_index> rows, const View& view, std::size_t from, std::size_t to) {
        return stretch_->objective.differentiate_slice(stretch_->data, rows, view, gradient_, from, to);
    }

    template <class View>
    void apply(std::span<const row_index> rows, const View& view, real step) {
        if (rules_.empty()) {
            stretch_->objective.apply(stretch_->data, rows, gradient_, view, step / static_cast<real>(rows.size()));
            return;
        }
        rules_.front().run(view, rows.size(), step, number_of(rows), [&](const auto& captured, real mean) {
            stretch_->objective.apply(stretch_->data, rows, gradient_, captured, mean);
        });
    }

    /// The bound is on the norm of the whole gradient.
    bool shares_depend() const noexcept { return stretch_->rule != nullptr && stretch_->rule->rule.clips(); }

    template <class View>
    void prepare_share(std::span<const row_index> rows, const View& view, const feature_share& share, unsigned sharer) {
        if (!rules_.empty()) {
            rules_[sharer].capture(view, rows.size(), [&](const auto& captured, real mean) {
                stretch_->objective.apply_share(stretch_->data, rows, gradient_, captured, mean, share);
            });
        }
    }

    template <class View>
    void apply_share(std::span<const row_index> rows, const View& view, real step, const feature_share& share, unsigned sharer) {
        if (rules_.empty()) {
            stretch_->objective.apply_share(stretch_->data, rows, gradient_, view, step / static_cast<real>(rows.size()), share);
        } else {
            rules_[sharer].apply(view, step, norm_of(rules_), number_of(rows));
        }
    }

private:
    /// Of the run's updates, counted from 1, the one that takes these rows.
    std::uint64_t number_of(std::span<const row_index> rows) const noexcept {
        return stretch_->updates_before + static_cast<std::size_t>(rows.data() - stretch_->order.data()) / stretch_->batch + 1;
    }

    const Stretch* stretch_;
    typename Stretch::gradient gradient_;
    std::vector<rule_update> rules_; ///< one a sharer; none where the objective's own adds are the update
};

/// A batch of one is a batch.
template <class Stretch>
requires Stretch::batched class single_gradient<Stretch> : public batch_gradient<Stretch> {
public:
    using batch_gradient<Stretch>::batch_gradient;
};

} // namespace peccary
