// Loss and accuracy of a model over rows, in parallel; the same bits for every number of workers.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/parameters/parameter_view.hpp"
#include "peccary/parameters/parameters.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace peccary {

struct evaluation {
    double mean_loss = 0; ///< weighted losses summed, over the number of rows
    /// fraction of rows classified right; NaN for regression
    double accuracy = std::numeric_limits<double>::quiet_NaN();
    double mean_squared_error = std::numeric_limits<double>::quiet_NaN(); ///< regression only
};

/// The index of the class that `scores` (1 for binary losses, else K) speak for: 0 or 1, or 0 ..
/// K-1.
inline std::size_t predicted_class(std::span<const real> scores) noexcept {
    return scores.size() == 1 ? static_cast<std::size_t>(scores[0] > 0)
                              : static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
}

/// The target that these scores speak for, of an objective that has classes.
inline double predicted_target(std::span<const real> scores, target_kind kind) noexcept {
    const auto predicted = static_cast<double>(predicted_class(scores));
    return kind == target_kind::binary ? 2 * predicted - 1 : predicted;
}

/// The scores of rows, one row or one batch at a time, as the objective has it. Thread-safety:
/// none; each worker has its own.
template <class Objective, dataset_view Data>
class scorer {
public:
    /// For up to `capacity` rows at a time. Both arguments must outlive the scorer.
    scorer(const Objective& objective, const Data& data, std::size_t capacity)
        : objective_(objective), data_(data), scratch_([&] {
              if constexpr (batch_objective<Objective, Data>) {
                  return objective.make_gradient(data, capacity);
              } else {
                  return std::vector<real>(objective.outputs());
              }
          }()) {}

    /// Calls `visit(row, scores)` for each of `rows`, in order.
    template <class View, class Visitor>
    void visit(std::span<const row_index> rows, const View& view, Visitor visit) {
        if constexpr (batch_objective<Objective, Data>) {
            const std::size_t outputs = objective_.outputs();
            const std::span<const real> scores = objective_.score(data_, rows, view, scratch_);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                visit(data_.row(rows[i]), scores.subspan(i * outputs, outputs));
            }
        } else {
            for (const row_index id : rows) {
                const auto row = data_.row(id);
                objective_.scores(row, view, std::span(scratch_));
                visit(row, std::span<const real>(scratch_));
            }
        }
    }

private:
    template <bool Batched>
    struct scratch_of {
        using type = std::vector<real>;
    };
    template <bool Batched>
    requires Batched struct scratch_of<Batched> {
        using type = typename Objective::gradient;
    };

    const Objective& objective_;
    Data data_;
    typename scratch_of<batch_objective<Objective, Data>>::type scratch_;
};

/// Parameters that nobody writes, as the two kinds of objectives are compiled for.
template <bool Batched, access_policy Access = exclusive>
class plain_view {
public:
    explicit plain_view(parameters& model) noexcept : view_(model.base(), access_) {}
    const shared_view<Access>& view() const noexcept { return view_; }

private:
    Access access_;
    shared_view<Access> view_;
};
template <access_policy Access> // a template, so that nobody compiles it who has no batch objective
class plain_view<true, Access> {
public:
    explicit plain_view(parameters& model) noexcept { view_.aim(model.base(), {}); }
    const parameter_view& view() const noexcept { return view_; }

private:
    view_through<Access> view_;
};

/// Evaluates `rows` of `data`; the parameters must hold the weights themselves (scale folded in)
/// and no worker may be running.
/// Rows are summed in blocks of fixed size, and the blocks in order, so that the result does not
/// depend on who summed which.
template <class Objective, dataset_view Data>
evaluation evaluate(const Objective& objective, const Data& data, std::span<const row_index> rows, parameters& model, executor& runner,
                    unsigned workers) {
    struct partial {
        double loss = 0;
        double squares = 0;
        std::size_t right = 0;
    };
    const target_kind target = facts_of(objective).target;
    constexpr std::size_t block = 512;
    std::vector<partial> partials((rows.size() + block - 1) / block);
    std::atomic<std::size_t> next{0};
    runner.run(workers, [&](unsigned /*worker*/) {
        const plain_view<batch_objective<Objective, Data>> plain(model);
        scorer<Objective, Data> scores(objective, data, block);
        // Relaxed: a block's number orders nothing; the join orders the sums.
        for (std::size_t mine = next.fetch_add(1, std::memory_order_relaxed); mine < partials.size();
             mine = next.fetch_add(1, std::memory_order_relaxed)) {
            partial sum;
            scores.visit(rows.subspan(mine * block, (std::min)(block, rows.size() - mine * block)), plain.view(),
                         [&](const auto& row, std::span<const real> of_row) {
                             sum.loss += objective.loss_of(of_row, row);
                             if (target == target_kind::regression) {
                                 const double residual = static_cast<double>(of_row[0]) - static_cast<double>(row.target);
                                 sum.squares += residual * residual;
                             } else {
                                 sum.right += predicted_target(of_row, target) == static_cast<double>(row.target) ? 1U : 0U;
                             }
                         });
            partials[mine] = sum;
        }
    });

    partial total;
    for (const partial& sum : partials) {
        total.loss += sum.loss;
        total.squares += sum.squares;
        total.right += sum.right;
    }
    const auto count = static_cast<double>(rows.size());
    evaluation result{.mean_loss = total.loss / count};
    if (target == target_kind::regression) {
        result.mean_squared_error = total.squares / count;
    } else {
        result.accuracy = static_cast<double>(total.right) / count;
    }
    return result;
}

} // namespace peccary
