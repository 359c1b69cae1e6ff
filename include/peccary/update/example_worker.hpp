// Workers of objectives that are evaluated one example at a time: the loops that all time is spent
// in.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/parameters/parameter_view.hpp"
#include "peccary/parameters/shared_view.hpp"
#include "peccary/update/stretch.hpp"
#include "peccary/update/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace peccary {

/// Where a worker's views come from, if the type of its access policy is known.
template <access_policy Access>
struct through_policy {
    Access access;

    static constexpr bool race_free = Access::info.race_free;
    shared_view<Access> view(real* base, weight_scale scale) noexcept { return {base, access, scale}; }
    void commit([[maybe_unused]] real* base) {
        if constexpr (requires { access.commit(base); }) {
            access.commit(base);
        }
    }
    contention tally() const noexcept { return access.tally(); }
};

/// The same for a view of any policy.
struct through_view {
    parameter_view* through;

    static constexpr bool race_free = true;
    const parameter_view& view(real* base, weight_scale scale) noexcept {
        through->aim(base, scale);
        return *through;
    }
    void commit(real* /*base*/) { through->commit(); }
    contention tally() const noexcept { return through->tally(); }
};

/// The features of rows, those of one row as they lie in memory.
class support_list {
public:
    template <dataset_view Data>
    std::span<const feature_index> of(const Data& data, std::span<const row_index> rows) {
        if constexpr (std::same_as<typename Data::row_type, sparse_row>) {
            if (rows.size() == 1) {
                return data.row(rows[0]).indices;
            }
        }
        features_.clear();
        for (const row_index id : rows) {
            const auto row = data.row(id);
            for (std::size_t k = 0; k < row.size(); ++k) {
                features_.push_back(row.index(k));
            }
        }
        return features_;
    }

private:
    std::vector<feature_index> features_;
};

/// What all workers of a problem share.
template <class Objective, dataset_view Data>
struct objective_on {
    Objective objective;
    Data data;
};

/// Updates of one example each. Apart from batches so that the few numbers between the dot product
/// and the add stay in registers: through memory they cost 15 % on rows of a dozen nonzeros.
///
/// Considerations. What all workers share is behind one pointer, so that a simulated worker is two
/// cache lines: of 1,024 of them, each turn fetches another.
template <class Objective, dataset_view Data, class Through>
class example_worker final : public worker {
public:
    example_worker(const objective_on<Objective, Data>& what, const stretch& part, Through through)
        : what_(&what), part_(&part), through_(std::move(through)), gradient_(what.objective.make_gradient()) {}

    [[gnu::flatten]] double run(update_range updates, real* base, staleness_probe& probe, damper* damping) override {
        // Local, so that the compiler keeps them in registers while weights are written, which may
        // be anywhere for all it knows.
        const Objective& objective = what_->objective;
        const Data data = what_->data;
        const row_index* const order = part_->order.data();
        const step_table& steps = part_->steps;
        typename Objective::gradient gradient = std::move(gradient_);
        Through through = through_;
        staleness_probe measuring = probe;
        step_cursor step = steps.at(updates.first);
        double finite = 0;
        for (std::uint64_t update = updates.first; update < updates.last; ++update, step.next()) {
            if (steps.begins_block(update)) {
                step = steps.at(update);
            }
            const auto row = data.row(order[update]);
            const auto& view = through.view(base, step.scale());
            measuring.at_read();
            finite += static_cast<double>(objective.differentiate(row, view, gradient));
            measuring.at_apply();
            objective.apply(row, gradient, view, step_of(step, damping, measuring));
            through.commit(base);
            measuring.applied();
        }
        probe = measuring;
        through_ = through;
        gradient_ = std::move(gradient);
        return finite;
    }

    [[gnu::flatten]] double differentiate(std::uint64_t update, real* base, weight_scale scale) override {
        row_ = what_->data.row(part_->order[update]);
        return static_cast<double>(what_->objective.differentiate(row_, through_.view(base, scale), gradient_));
    }

    [[gnu::flatten]] void apply(std::uint64_t /*update*/, real* base, weight_scale scale, real step) override {
        what_->objective.apply(row_, gradient_, through_.view(base, scale), step);
        through_.commit(base);
    }

    std::span<const feature_index> support(std::uint64_t update) override {
        return support_.of(what_->data, part_->order.subspan(update, 1));
    }
    contention tally() const noexcept override { return through_.tally(); }

private:
    /// Nothing is stale where plain memory will do; that spares serial descent the question.
    static real step_of(const step_cursor& step, damper* damping, const staleness_probe& probe) noexcept {
        return Through::race_free ? damped(step.step(), damping, probe) : step.step();
    }

    const objective_on<Objective, Data>* what_;
    const stretch* part_;
    Through through_;
    typename Objective::gradient gradient_;
    /// kept: a simulated worker applies so late that looking it up again would wait for memory
    typename Data::row_type row_ = {};
    support_list support_;
};

/// Updates of several examples each: their gradients are evaluated one by one, then applied one by
/// one.
template <class Objective, dataset_view Data, class Through>
class example_batch_worker final : public worker {
public:
    example_batch_worker(const Objective& objective, const Data& data, const stretch& part, Through through)
        : objective_(&objective), data_(data), part_(&part), through_(std::move(through)),
          gradients_(part.batch, objective.make_gradient()) {}

    // not flattened: two calls are little beside the work of several examples
    double run(update_range updates, real* base, staleness_probe& probe, damper* damping) override {
        step_cursor step = part_->steps.at(updates.first);
        double finite = 0;
        for (std::uint64_t update = updates.first; update < updates.last; ++update, step.next()) {
            if (part_->steps.begins_block(update)) {
                step = part_->steps.at(update);
            }
            probe.at_read();
            finite += differentiate(update, base, step.scale());
            probe.at_apply();
            apply(update, base, step.scale(), Through::race_free ? damped(step.step(), damping, probe) : step.step());
            probe.applied();
        }
        return finite;
    }

    [[gnu::flatten]] double differentiate(std::uint64_t update, real* base, weight_scale scale) override {
        const auto rows = part_->rows_of(update);
        const auto& view = through_.view(base, scale);
        double finite = 0;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            finite += static_cast<double>(objective_->differentiate(data_.row(rows[i]), view, gradients_[i]));
        }
        return finite;
    }

    [[gnu::flatten]] void apply(std::uint64_t update, real* base, weight_scale scale, real step) override {
        const auto rows = part_->rows_of(update);
        const auto& view = through_.view(base, scale);
        const real share_of_row = step / static_cast<real>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            objective_->apply(data_.row(rows[i]), gradients_[i], view, share_of_row);
        }
        through_.commit(base);
    }

    std::span<const feature_index> support(std::uint64_t update) override { return support_.of(data_, part_->rows_of(update)); }
    contention tally() const noexcept override { return through_.tally(); }

private:
    const Objective* objective_;
    Data data_;
    const stretch* part_;
    Through through_;
    std::vector<typename Objective::gradient> gradients_;
    support_list support_;
};

/// Batches that all workers make together: gradients of examples, each evaluated by one worker and
/// applied by all.
template <class Objective, dataset_view Data>
class collective_examples final : public collective_batch {
public:
    collective_examples(const Objective& objective, const Data& data, const stretch& part)
        : objective_(&objective), data_(data), part_(&part), gradients_(part.batch, objective.make_gradient()) {}

    double differentiate(unsigned /*worker*/, std::uint64_t update, real* base, weight_scale scale, std::size_t from,
                         std::size_t to) override {
        const auto rows = part_->rows_of(update);
        exclusive access;
        const shared_view view(base, access, scale);
        double finite = 0;
        for (std::size_t i = from; i < to; ++i) {
            finite += static_cast<double>(objective_->differentiate(data_.row(rows[i]), view, gradients_[i]));
        }
        return finite;
    }

    bool shares_depend() const noexcept override { return false; }
    void prepare_share(unsigned, std::uint64_t, real*, weight_scale, const feature_share&) override {}

    void apply_share(unsigned /*worker*/, std::uint64_t update, real* base, weight_scale scale, real step,
                     const feature_share& share) override {
        const auto rows = part_->rows_of(update);
        exclusive access;
        const shared_view view(base, access, scale);
        const real share_of_row = step / static_cast<real>(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            objective_->apply_share(data_.row(rows[i]), gradients_[i], view, share_of_row, share);
        }
    }

private:
    const Objective* objective_;
    Data data_;
    const stretch* part_;
    std::vector<typename Objective::gradient> gradients_;
};

} // namespace peccary
