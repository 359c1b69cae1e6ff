// A diagnostic mode for any objective: counts lost updates and torn reads, and staleness by coordinate and by layer.
#pragma once

#include "peccary/data/dataset.hpp"
#include "peccary/diagnosis/diagnosis.hpp"
#include "peccary/diagnosis/watched_access.hpp"
#include "peccary/objective/objective.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace peccary {

/// Wraps an objective: beside the parameters lies a span "shadow" (features), to which each update adds 1 for each feature of its support
/// through the same view, hence with the same races, as to the weights. The ledger counts the same adds without loss; the difference is what
/// was lost. Reads and adds go through a policy that wraps the scheme's (`watched_access`), which tells torn reads, and layers apart. No scheme knows
/// of it. A diagnosed update takes several times as long, which widens the window between read and add: the figures are upper estimates. A shadow
/// count is a float, exact below 2^24 adds to one feature. What is applied again, since the scheme has thrown away what was written, counts once.
template <class Objective>
class diagnosed {
public:
    static constexpr loss_info info = Objective::info;

    /// One worker's scratch.
    struct gradient {
        typename Objective::gradient inner;
        delay_tally delays;
        ledger_watch watch;
        std::vector<std::uint32_t> seen = {}; ///< count of each feature of the support when it was read
        bool counted = false;                 ///< since it was last differentiated
    };

    diagnosed(Objective objective, diagnostic_ledger& ledger)
        : objective_(std::move(objective)), ledger_(&ledger), layout_(objective_.layout()) {
        ledger_->watch(layout_);
        shadow_at_ = layout_.append("shadow", ledger.features(), false);
    }

    /// The objective without the counting, for what is not to be counted: the trials of `calibrate`.
    const Objective& wrapped() const noexcept { return objective_; }

    loss_info facts() const { return facts_of(objective_); }
    std::size_t outputs() const noexcept { return objective_.outputs(); }
    gradient make_gradient() const { return {objective_.make_gradient(), delay_tally(*ledger_), ledger_watch(*ledger_)}; }
    parameter_layout layout() const { return layout_; }

    template <row_view Row, class View>
    real differentiate(const Row& row, const View& view, gradient& result) const {
        result.counted = false;
        result.seen.resize(row.size());
        for (std::size_t k = 0; k < row.size(); ++k) {
            result.seen[k] = ledger_->touched(row.index(k));
        }
        return evaluate_watched(view, result.watch,
                                [&](const auto& watched) { return objective_.differentiate(row, watched, result.inner); });
    }

    template <row_view Row, class View>
    void apply(const Row& row, gradient& of, const View& view, real step) const {
        const bool again = std::exchange(of.counted, true);
        for (std::size_t k = 0; k < row.size() && !again; ++k) {
            of.delays.note(row.index(k), of.seen[k]);
        }
        apply_watched(view, of.watch, [&](const auto& watched) { objective_.apply(row, of.inner, watched, step); });
        add_shadow(row, view);
        if (!again) {
            count(row);
        }
    }

    /// Shares are applied by workers that wait for each other, so there is no delay to note.
    template <row_view Row, class View>
    void apply_share(const Row& row, const gradient& of, const View& view, real step, const feature_share& share) const {
        objective_.apply_share(row, of.inner, view, step, share);
        const auto part = restrict_to(row, share.first, share.last);
        add_shadow(part, view);
        count(part);
    }

    template <row_view Row, class View>
    void scores(const Row& row, const View& view, std::span<real> out) const {
        objective_.scores(row, view, out);
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return objective_.loss_of(scores, row);
    }

private:
    template <row_view Row, class View>
    void add_shadow(const Row& row, const View& view) const {
        for (std::size_t k = 0; k < row.size(); ++k) {
            view.add(shadow_at_ + row.index(k), 1);
        }
    }

    template <row_view Row>
    void count(const Row& row) const {
        for (std::size_t k = 0; k < row.size(); ++k) {
            ledger_->touch(row.index(k));
        }
        ledger_->count_adds(row.size());
    }

    Objective objective_;
    diagnostic_ledger* ledger_;
    parameter_layout layout_;
    std::size_t shadow_at_ = 0;
};

/// The same for objectives that are evaluated a batch at a time, counting what happens to the weights of the features: those of the first layer.
/// Rows of a sparse data set add one by one, each to its support. Dense ones add together, once to all features.
template <class Objective>
requires batch_objective<Objective, sparse_view> || batch_objective<Objective, dense_view>
class diagnosed<Objective> {
public:
    static constexpr loss_info info = Objective::info;
    static constexpr std::uint64_t default_batch = Objective::default_batch;
    static constexpr std::uint64_t least_batch = Objective::least_batch;

    /// One worker's scratch.
    struct gradient {
        typename Objective::gradient inner;
        delay_tally delays;
        ledger_watch watch;
        std::vector<std::uint32_t> seen = {}; ///< count of the feature of each add when it was read, in the order of the adds
        bool counted = false;                 ///< since it was last differentiated
    };

    diagnosed(Objective objective, diagnostic_ledger& ledger)
        : objective_(std::move(objective)), ledger_(&ledger), layout_(objective_.layout()), ones_(ledger.features(), 1) {
        ledger_->watch(layout_);
        shadow_at_ = layout_.append("shadow", ledger.features(), false);
    }

    /// As above.
    const Objective& wrapped() const noexcept { return objective_; }

    loss_info facts() const { return facts_of(objective_); }
    std::size_t outputs() const noexcept { return objective_.outputs(); }
    parameter_layout layout() const { return layout_; }

    void initialise(parameters& model, std::uint64_t seed) const requires requires(const Objective& of) { of.initialise(model, seed); }
    { objective_.initialise(model, seed); }

    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) { peccary::begin_epoch(objective_, seed, epoch); }

    template <dataset_view Data>
    gradient make_gradient(const Data& data, std::size_t capacity) const {
        return {objective_.make_gradient(data, capacity), delay_tally(*ledger_), ledger_watch(*ledger_)};
    }

    template <dataset_view Data, class View>
    real differentiate(const Data& data, std::span<const row_index> rows, const View& view, gradient& result) const {
        result.counted = false;
        result.seen.clear();
        for_each_add(data, rows, {}, [&](feature_index j) { result.seen.push_back(ledger_->touched(j)); });
        return evaluate_watched(view, result.watch,
                                [&](const auto& watched) { return objective_.differentiate(data, rows, watched, result.inner); });
    }

    template <dataset_view Data, class View>
    void apply(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step) const {
        const bool again = std::exchange(of.counted, true);
        if (!again) {
            std::size_t add = 0;
            for_each_add(data, rows, {}, [&](feature_index j) { of.delays.note(j, of.seen[add++]); });
        }
        apply_watched(view, of.watch, [&](const auto& watched) { objective_.apply(data, rows, of.inner, watched, step); });
        add_shadow(data, rows, view, {});
        if (!again) {
            count(data, rows, {});
        }
    }

    template <dataset_view Data, class View>
    real differentiate_slice(const Data& data, std::span<const row_index> rows, const View& view, gradient& result, std::size_t from,
                             std::size_t to) const {
        if (from == 0 && to > 0) { // one worker counts for all
            result.watch.count_undisturbed();
        }
        return objective_.differentiate_slice(data, rows, view, result.inner, from, to);
    }

    /// Shares are applied by workers that wait for each other, so there is no delay to note.
    template <dataset_view Data, class View>
    void apply_share(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step,
                     const feature_share& share) const {
        objective_.apply_share(data, rows, of.inner, view, step, share);
        add_shadow(data, rows, view, share);
        count(data, rows, share);
    }

    template <dataset_view Data, class View>
    std::span<const real> score(const Data& data, std::span<const row_index> rows, const View& view, gradient& scratch) const {
        return objective_.score(data, rows, view, scratch.inner);
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return objective_.loss_of(scores, row);
    }

private:
    template <class Data>
    static constexpr bool is_dense = std::same_as<typename Data::row_type, dense_row>;

    /// Calls `visit(feature)` for each add of a batch to a share of the features.
    template <class Data, class Visitor>
    void for_each_add(const Data& data, std::span<const row_index> rows, const feature_share& share, Visitor visit) const {
        if constexpr (is_dense<Data>) {
            const std::size_t last = std::min<std::size_t>(share.last, ledger_->features());
            for (std::size_t j = share.first; j < last; ++j) {
                visit(static_cast<feature_index>(j));
            }
        } else {
            for (const row_index id : rows) {
                const auto row = restrict_to(data.row(id), share.first, share.last);
                for (std::size_t k = 0; k < row.size(); ++k) {
                    visit(row.index(k));
                }
            }
        }
    }

    template <class Data, class View>
    void add_shadow(const Data& data, std::span<const row_index> rows, const View& view, const feature_share& share) const {
        if constexpr (is_dense<Data>) {
            const std::size_t last = std::min<std::size_t>(share.last, ledger_->features());
            const std::size_t first = std::min<std::size_t>(share.first, last);
            view.add_block(shadow_at_ + first, std::span(ones_).subspan(first, last - first), 1);
        } else {
            for_each_add(data, rows, share, [&](feature_index j) { view.add(shadow_at_ + j, 1); });
        }
    }

    template <class Data>
    void count(const Data& data, std::span<const row_index> rows, const feature_share& share) const {
        std::uint64_t adds = 0;
        for_each_add(data, rows, share, [&](feature_index j) {
            ledger_->touch(j);
            ++adds;
        });
        ledger_->count_adds(adds);
    }

    Objective objective_;
    diagnostic_ledger* ledger_;
    parameter_layout layout_;
    std::size_t shadow_at_ = 0;
    std::vector<real> ones_; ///< what a batch of dense rows adds
};

} // namespace peccary
