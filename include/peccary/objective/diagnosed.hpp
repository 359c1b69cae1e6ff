// A diagnostic mode for any objective: counts lost updates, and staleness coordinate by coordinate, hot and cold ones apart.
#pragma once

#include "peccary/data/frequency.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/statistics/histogram.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace peccary {

/// What a diagnosed run found. Plain values.
struct diagnosis {
    std::uint64_t adds = 0;       ///< adds to a feature's weights, counted without loss
    std::uint64_t lost = 0;       ///< how many of these were overwritten by another worker's
    std::size_t features = 0;     ///< of the data
    std::size_t hot_features = 0; ///< the most frequent features that together make up half of the nonzeros
    histogram hot;                ///< adds to a hot coordinate between its read and its add: by others, and by earlier rows of its batch
    histogram cold;               ///< the same for all other coordinates

    /// Fraction of the adds that was lost, 0 to 1.
    double lost_fraction() const noexcept { return adds == 0 ? 0.0 : static_cast<double>(lost) / static_cast<double>(adds); }
};

/// Where the workers of a diagnosed run count. Thread-safety: all members but `found` from any thread.
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

    /// How often feature `j` was added to so far, modulo 2^32. Relaxed: a count among others, which orders nothing.
    std::uint32_t touched(feature_index j) const noexcept { return touched_[j].load(std::memory_order_relaxed); }
    void touch(feature_index j) noexcept { touched_[j].fetch_add(1, std::memory_order_relaxed); }
    void count_adds(std::uint64_t adds) noexcept { adds_.fetch_add(adds, std::memory_order_relaxed); }

    void merge(const histogram& hot, const histogram& cold) {
        const std::lock_guard held(mutex_);
        hot_.merge(hot);
        cold_.merge(cold);
    }

    /// After the join. `shadow` holds the counts that were added to through the scheme's own access policy.
    diagnosis found(std::span<const real> shadow) const {
        double survived = 0;
        for (const real count : shadow) {
            survived += count;
        }
        const std::uint64_t adds = adds_.load(std::memory_order_relaxed);
        return {.adds = adds,
                .lost = adds - static_cast<std::uint64_t>(survived),
                .features = features(),
                .hot_features = hot_features_,
                .hot = hot_,
                .cold = cold_};
    }

private:
    std::vector<std::atomic<std::uint32_t>> touched_;
    std::vector<std::uint8_t> is_hot_;
    std::size_t hot_features_ = 0;
    std::atomic<std::uint64_t> adds_{0};
    std::mutex mutex_; // guards the two below
    histogram hot_;
    histogram cold_;
};

/// Wraps an objective: beside the parameters lies a span "shadow" (features), to which each update adds 1 for each feature of its support
/// through the same view, hence with the same races, as to the weights. The ledger counts the same adds without loss; the difference is what
/// was lost. No scheme and no access policy knows of it. A diagnosed update takes several times as long, which widens the window between read
/// and add: the figures are upper estimates. A shadow count is a float, exact below 2^24 adds to one feature.
template <class Objective>
class diagnosed {
public:
    static constexpr loss_info info = Objective::info;

    /// One worker's scratch; hands its tallies to the ledger when it goes.
    class gradient {
    public:
        gradient(typename Objective::gradient wrapped, diagnostic_ledger& ledger) : inner(std::move(wrapped)), ledger_(&ledger) {}
        gradient(const gradient& other) : inner(other.inner), ledger_(other.ledger_) {} // the copy has tallied nothing yet
        gradient& operator=(const gradient&) = delete;
        ~gradient() { ledger_->merge(hot_, cold_); }

        void note(feature_index j, std::uint32_t delay) noexcept { (ledger_->hot(j) ? hot_ : cold_).record(delay); }

        typename Objective::gradient inner;
        std::vector<std::uint32_t> seen; ///< count of each feature of the support when it was read

    private:
        diagnostic_ledger* ledger_;
        histogram hot_;
        histogram cold_;
    };

    diagnosed(Objective objective, diagnostic_ledger& ledger)
        : objective_(std::move(objective)), ledger_(&ledger), layout_(objective_.layout()) {
        shadow_at_ = layout_.append("shadow", ledger.features(), false);
    }

    /// The objective without the counting, for what is not to be counted: the trials of `calibrate`.
    const Objective& wrapped() const noexcept { return objective_; }

    std::size_t outputs() const noexcept { return objective_.outputs(); }
    gradient make_gradient() const { return {objective_.make_gradient(), *ledger_}; }
    parameter_layout layout() const { return layout_; }

    template <row_view Row, class View>
    real differentiate(const Row& row, const View& view, gradient& result) const {
        result.seen.resize(row.size());
        for (std::size_t k = 0; k < row.size(); ++k) {
            result.seen[k] = ledger_->touched(row.index(k));
        }
        return objective_.differentiate(row, view, result.inner);
    }

    template <row_view Row, class View>
    void apply(const Row& row, gradient& of, const View& view, real step) const {
        for (std::size_t k = 0; k < row.size(); ++k) {
            of.note(row.index(k), ledger_->touched(row.index(k)) - of.seen[k]);
        }
        objective_.apply(row, of.inner, view, step);
        add_shadow(row, view);
    }

    /// Shares are applied by workers that wait for each other, so there is no delay to note.
    template <row_view Row, class View>
    void apply_share(const Row& row, const gradient& of, const View& view, real step, const feature_share& share) const {
        objective_.apply_share(row, of.inner, view, step, share);
        add_shadow(restrict_to(row, share.first, share.last), view);
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
            ledger_->touch(row.index(k));
        }
        ledger_->count_adds(row.size());
    }

    Objective objective_;
    diagnostic_ledger* ledger_;
    parameter_layout layout_;
    std::size_t shadow_at_ = 0;
};

} // namespace peccary
