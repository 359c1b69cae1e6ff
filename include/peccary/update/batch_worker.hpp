// Workers of objectives that are evaluated a batch at a time: one gradient for the whole batch,
// applied by an update rule, if there is one.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/parameters/parameter_view.hpp"
#include "peccary/update/example_worker.hpp"
#include "peccary/update/rule_update.hpp"
#include "peccary/update/stretch.hpp"
#include "peccary/update/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace peccary {

/// The run's number, counted from 1, of an update of the epoch.
inline std::uint64_t number_in_run(const stretch& part, std::uint64_t update) noexcept { return part.updates_before + update + 1; }

/// Over a view of any policy: two virtual calls beside the products of matrices.
template <class Objective, dataset_view Data>
class batch_worker final : public worker {
public:
    /// `view` must outlive the worker, unless it is `own`.
    batch_worker(const Objective& objective, const Data& data, const stretch& part, unsigned number, parameter_view& view,
                 std::unique_ptr<parameter_view> own = nullptr)
        : objective_(&objective), data_(data), part_(&part), view_(&view), own_(std::move(own)),
          gradient_(objective.make_gradient(data_, part.batch)) {
        if (part.rule != nullptr) {
            rule_ = std::make_unique<rule_update>(*part.rule, number);
        }
    }

    double run(update_range updates, real* base, staleness_probe& probe, damper* damping) override {
        step_cursor step = part_->steps.at(updates.first);
        double finite = 0;
        const bool stale = view_->about().race_free; // plain memory is not written by others
        for (std::uint64_t update = updates.first; update < updates.last; ++update, step.next()) {
            if (part_->steps.begins_block(update)) {
                step = part_->steps.at(update);
            }
            probe.at_read();
            finite += differentiate(update, base, step.scale());
            probe.at_apply();
            apply(update, base, step.scale(), stale ? damped(step.step(), damping, probe) : step.step());
            probe.applied();
        }
        return finite;
    }

    double differentiate(std::uint64_t update, real* base, weight_scale scale) override {
        view_->aim(base, scale);
        const auto rows = part_->rows_of(update);
        const auto evaluate = [&](const parameter_view& read) { return objective_->differentiate(data_, rows, read, gradient_); };
        if (rule_ == nullptr) {
            return static_cast<double>(evaluate(*view_));
        }
        rule_->renew();
        return static_cast<double>(rule_->record(*view_, evaluate));
    }

    void apply(std::uint64_t update, real* base, weight_scale scale, real step) override {
        view_->aim(base, scale);
        const auto rows = part_->rows_of(update);
        const auto add = [&](const parameter_view& to, real of_row) { objective_->apply(data_, rows, gradient_, to, of_row); };
        if (rule_ == nullptr) {
            add(*view_, step / static_cast<real>(rows.size()));
        } else {
            rule_->run(*view_, rows.size(), step, number_in_run(*part_, update), add);
        }
        view_->commit();
    }

    /// Dense rows add together, once to all features; sparse rows one by one, each to its own.
    std::span<const feature_index> support(std::uint64_t update) override {
        if constexpr (std::same_as<typename Data::row_type, dense_row>) {
            if (all_features_.empty()) {
                all_features_.resize(data_.features());
                std::iota(all_features_.begin(), all_features_.end(), feature_index{0});
            }
            return all_features_;
        } else {
            return support_.of(data_, part_->rows_of(update));
        }
    }
    contention tally() const noexcept override { return view_->tally(); }

private:
    const Objective* objective_;
    Data data_;
    const stretch* part_;
    parameter_view* view_;
    std::unique_ptr<parameter_view> own_;
    typename Objective::gradient gradient_;
    std::unique_ptr<rule_update> rule_; ///< none where the objective's own adds are the update
    std::vector<feature_index> all_features_;
    support_list support_;
};

/// Batches that all workers make together.
template <class Objective, dataset_view Data>
class collective_matrices final : public collective_batch {
public:
    collective_matrices(const Objective& objective, const Data& data, const stretch& part, unsigned workers)
        : objective_(&objective), data_(data), part_(&part), gradient_(objective.make_gradient(data_, part.batch)) {
        rules_.reserve(workers); // a rule's scratch is not copied
        for (unsigned sharer = 0; sharer < workers; ++sharer) {
            views_.push_back(std::make_unique<view_through<exclusive>>());
            if (part.rule != nullptr) {
                rules_.emplace_back(*part.rule, 0);
            }
        }
    }

    double differentiate(unsigned worker, std::uint64_t update, real* base, weight_scale scale, std::size_t from, std::size_t to) override {
        return static_cast<double>(
            objective_->differentiate_slice(data_, part_->rows_of(update), view_of(worker, base, scale), gradient_, from, to));
    }

    /// The bound is on the norm of the whole gradient.
    bool shares_depend() const noexcept override { return part_->rule != nullptr && part_->rule->rule.clips(); }

    void prepare_share(unsigned worker, std::uint64_t update, real* base, weight_scale scale, const feature_share& share) override {
        if (!rules_.empty()) {
            const auto rows = part_->rows_of(update);
            rules_[worker].capture(view_of(worker, base, scale), rows.size(), [&](const parameter_view& captured, real mean) {
                objective_->apply_share(data_, rows, gradient_, captured, mean, share);
            });
        }
    }

    void apply_share(unsigned worker, std::uint64_t update, real* base, weight_scale scale, real step,
                     const feature_share& share) override {
        const parameter_view& view = view_of(worker, base, scale);
        if (rules_.empty()) {
            const auto rows = part_->rows_of(update);
            objective_->apply_share(data_, rows, gradient_, view, step / static_cast<real>(rows.size()), share);
        } else {
            rules_[worker].apply(view, step, norm_of(rules_), number_in_run(*part_, update));
        }
    }

private:
    const parameter_view& view_of(unsigned worker, real* base, weight_scale scale) noexcept {
        views_[worker]->aim(base, scale);
        return *views_[worker];
    }

    const Objective* objective_;
    Data data_;
    const stretch* part_;
    typename Objective::gradient gradient_;
    std::vector<std::unique_ptr<parameter_view>> views_; ///< one a worker
    /// one a worker; none where the objective's own adds are the update
    std::vector<rule_update> rules_;
};

} // namespace peccary
