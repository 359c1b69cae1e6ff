// A diagnostic mode for any problem: counts lost updates and torn reads, and staleness by
// coordinate and by layer.
#pragma once

#include "peccary/diagnosis/diagnosis.hpp"
#include "peccary/diagnosis/watched_view.hpp"
#include "peccary/parameters/make_view.hpp"
#include "peccary/update/make_problem.hpp"
#include "peccary/update/problem.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace peccary {

/// A worker around another. Beside the parameters lies a span "shadow" (features), to which each
/// update adds 1 for each feature of its support through the same view, hence with the same races,
/// as to the weights. The ledger counts the same adds without loss; the difference is what was
/// lost. A diagnosed update takes several times as long, and its locked counts drain the
/// processor's buffers, so the figures are not those of an undiagnosed run (docs/staleness.md). A
/// shadow count is a float, exact below 2^24 adds to one feature. What is applied again, since the
/// scheme has thrown away what was written, counts once.
class diagnosed_worker final : public worker {
public:
    /// Reads and writes go through a view of the worker's policy.
    diagnosed_worker(const problem& inner, diagnostic_ledger& ledger, std::size_t shadow_at, const any_access& access, unsigned number,
                     const stretch& part)
        : part_(&part), ledger_(&ledger), shadow_at_(shadow_at), delays_(ledger), watch_(ledger), view_(make_view(access)),
          watched_(*view_, watch_), is_watched_(can_be_watched(view_->about())), adds_once_(inner.facts().sums_batches),
          ones_(adds_once_ ? ledger.features() : 0, real{1}),
          inner_(inner.make_worker(is_watched_ ? static_cast<parameter_view&>(watched_) : *view_, number, part)) {}

    double run(update_range updates, real* base, staleness_probe& probe, damper* damping) override {
        double finite = 0;
        for (std::uint64_t update = updates.first; update < updates.last; ++update) {
            const step_cursor step = part_->steps.at(update);
            probe.at_read();
            finite += differentiate(update, base, step.scale());
            probe.at_apply();
            const bool stale = view_->about().race_free; // plain memory is not written by others
            apply(update, base, step.scale(), stale ? damped(step.step(), damping, probe) : step.step());
            probe.applied();
        }
        return finite;
    }

    double differentiate(std::uint64_t update, real* base, weight_scale scale) override {
        counted_ = false;
        seen_.clear();
        for (const feature_index feature : inner_->support(update)) {
            seen_.push_back(ledger_->touched(feature));
        }
        if (!is_watched_) {
            if (!view_->about().race_free) {
                watch_.count_undisturbed(); // else the scheme would not use it
            }
            return inner_->differentiate(update, base, scale);
        }
        watch_.begin_evaluation();
        const double finite = inner_->differentiate(update, base, scale);
        watch_.end_evaluation();
        return finite;
    }

    void apply(std::uint64_t update, real* base, weight_scale scale, real step) override {
        const bool again = std::exchange(counted_, true);
        const auto support = inner_->support(update);
        const bool by_example = !part_->task.facts().batched;
        for (std::size_t k = 0; k < support.size() && !again && !by_example; ++k) {
            delays_.note(support[k], seen_[k]);
        }
        view_->aim(base, scale);
        inner_->apply(update, base, scale, step);
        if (adds_once_) {
            view_->add_block(shadow_at_, ones_, 1);
        } else {
            for (const feature_index feature : support) {
                view_->add(shadow_at_ + feature, 1);
            }
        }
        view_->commit();
        if (!again) {
            for (std::size_t k = 0; k < support.size(); ++k) {
                if (by_example) { // earlier rows of the batch have added, too
                    delays_.note(support[k], seen_[k]);
                }
                ledger_->touch(support[k]);
            }
            ledger_->count_adds(support.size());
        }
    }

    std::span<const feature_index> support(std::uint64_t update) override { return inner_->support(update); }
    contention tally() const noexcept override { return view_->tally(); }

private:
    const stretch* part_;
    diagnostic_ledger* ledger_;
    std::size_t shadow_at_;
    delay_tally delays_;
    ledger_watch watch_;
    std::unique_ptr<parameter_view> view_;
    watched_view watched_;
    bool is_watched_;
    bool adds_once_;         ///< an update adds to all features together
    std::vector<real> ones_; ///< what it adds to their shadows
    std::unique_ptr<worker> inner_;
    std::vector<std::uint32_t> seen_; ///< count of each feature of the support when it was read
    bool counted_ = false;            ///< since it was last differentiated
};

/// Shares are applied by workers that wait for each other, so there is no delay to note, and
/// nothing is torn.
class diagnosed_collective final : public collective_batch {
public:
    diagnosed_collective(const problem& inner, diagnostic_ledger& ledger, std::size_t shadow_at, unsigned workers, const stretch& part)
        : part_(&part), task_(&inner), ledger_(&ledger), shadow_at_(shadow_at), watch_(ledger), adds_once_(inner.facts().sums_batches),
          inner_(inner.make_collective(workers, part)) {}

    double differentiate(unsigned worker, std::uint64_t update, real* base, weight_scale scale, std::size_t from, std::size_t to) override {
        if (from == 0 && to > 0) { // one worker counts for all
            watch_.count_undisturbed();
        }
        return inner_->differentiate(worker, update, base, scale, from, to);
    }
    bool shares_depend() const noexcept override { return inner_->shares_depend(); }
    void prepare_share(unsigned worker, std::uint64_t update, real* base, weight_scale scale, const feature_share& share) override {
        inner_->prepare_share(worker, update, base, scale, share);
    }
    void apply_share(unsigned worker, std::uint64_t update, real* base, weight_scale scale, real step,
                     const feature_share& share) override {
        inner_->apply_share(worker, update, base, scale, step, share);
        std::uint64_t adds = 0;
        const auto count = [&](feature_index feature) {
            base[shadow_at_ + feature] += 1;
            ledger_->touch(feature);
            ++adds;
        };
        if (adds_once_) {
            const std::size_t last = (std::min<std::size_t>)(share.last, ledger_->features());
            for (std::size_t feature = share.first; feature < last; ++feature) {
                count(static_cast<feature_index>(feature));
            }
        } else {
            for (const row_index id : part_->rows_of(update)) {
                std::visit(
                    [&](const auto& row) {
                        const auto mine = restrict_to(row, share.first, share.last);
                        for (std::size_t k = 0; k < mine.size(); ++k) {
                            count(mine.index(k));
                        }
                    },
                    task_->row(id));
            }
        }
        ledger_->count_adds(adds);
    }

private:
    const stretch* part_;
    const problem* task_;
    diagnostic_ledger* ledger_;
    std::size_t shadow_at_;
    ledger_watch watch_;
    bool adds_once_;
    std::unique_ptr<collective_batch> inner_;
};

/// A problem whose runs count. Everything else is that of the problem that it wraps, which new
/// facts go through unseen.
class diagnosed_problem final : public problem {
public:
    /// `ledger` must outlive the problem.
    diagnosed_problem(std::shared_ptr<problem> inner, diagnostic_ledger& ledger)
        : inner_(std::move(inner)), ledger_(&ledger), layout_(inner_->layout()) {
        ledger_->watch(layout_);
        shadow_at_ = layout_.append("shadow", ledger.features(), false, true);
    }

    const problem_facts& facts() const noexcept override { return inner_->facts(); }
    parameter_layout layout() const override { return layout_; }
    parameter_layout learned_layout() const override { return inner_->learned_layout(); }
    parameters initial(std::uint64_t seed) const override {
        const parameters learned = inner_->initial(seed);
        parameters made(layout_);
        std::ranges::copy(learned.exclusive(), made.exclusive().begin());
        return made;
    }
    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) override { inner_->begin_epoch(seed, epoch); }
    update_rule rule(const rule_settings& settings) const override { return inner_->rule(settings); }
    std::variant<sparse_row, dense_row> row(row_index id) const override { return inner_->row(id); }

    std::unique_ptr<worker> make_worker(const any_access& access, unsigned number, const stretch& part) const override {
        return std::make_unique<diagnosed_worker>(*inner_, *ledger_, shadow_at_, access, number, part);
    }
    std::unique_ptr<worker> make_worker(parameter_view& view, unsigned number, const stretch& part) const override {
        return inner_->make_worker(view, number, part);
    }
    std::unique_ptr<collective_batch> make_collective(unsigned workers, const stretch& part) const override {
        return std::make_unique<diagnosed_collective>(*inner_, *ledger_, shadow_at_, workers, part);
    }

    evaluation evaluate(std::span<const row_index> rows, parameters& model, executor& runner, unsigned workers) const override {
        return inner_->evaluate(rows, model, runner, workers);
    }
    double sum_of_losses(std::span<const row_index> rows, parameters& model) const override { return inner_->sum_of_losses(rows, model); }

private:
    std::shared_ptr<problem> inner_;
    diagnostic_ledger* ledger_;
    parameter_layout layout_;
    std::size_t shadow_at_ = 0;
};

/// An objective whose problems are diagnosed: `train<hogwild>(diagnosed(objective, ledger), data)`.
template <class Objective>
class diagnosed {
public:
    static constexpr loss_info info = Objective::info;

    /// `ledger` must outlive the problems.
    diagnosed(Objective objective, diagnostic_ledger& ledger) : objective_(std::move(objective)), ledger_(&ledger) {}

    /// The spans of the parameters: the objective's, and behind them "shadow".
    parameter_layout layout() const {
        parameter_layout whole = objective_.layout();
        whole.append("shadow", ledger_->features(), false, true);
        return whole;
    }

    /// Whatever else is asked for, it needs workers through views.
    template <class Ways, class Data>
    std::shared_ptr<problem> make_problem(const Data& data) const {
        return std::make_shared<diagnosed_problem>(peccary::make_problem<all_ways>(objective_, data), *ledger_);
    }

private:
    Objective objective_;
    diagnostic_ledger* ledger_;
};

} // namespace peccary
