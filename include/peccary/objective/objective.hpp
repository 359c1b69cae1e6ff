// The contract of objectives: what is minimised, evaluated one example at a time through a view of
// the shared parameters.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/data/row.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/objective/share.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/layout.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace peccary {

/// An objective is a small value that describes a model: no parameters, no data, no access policy.
/// It is shared by all workers and const.
///
///   layout()                                the parameter spans that it needs
///   outputs()                               scores an example: 1, or the number of classes
///   gradient                                the type of what one evaluation yields, beyond the row
///                                           itself; worker scratch
///   make_gradient()                         a gradient of the right size
///   differentiate(row, view, gradient)      reads the support, fills the gradient with d loss / d
///                                           score; returns a number that is finite exactly if the
///                                           evaluation was
///   apply(row, gradient, view, step)        adds -step * gradient to the support
///   apply_share(row, gradient, view, step, share)   the same for one share of the parameters only;
///                                           shares that cover all features, one of which has the
///                                           biases, together make up `apply`
///   scores(row, view, out)                  the scores; `out` has `outputs()` entries
///   loss_of(scores, row)                    the example's weighted loss, given its scores
///
/// An example's gradient is its row times the gradient's few numbers, so `apply` needs the row
/// again, and nothing proportional to the support is ever stored. `differentiate` and the loss are
/// apart because training needs no loss: the logarithm in it would cost as much as the update of a
/// short row.
template <class Objective, class Row = sparse_row>
concept objective = std::copyable<Objective> && row_view<Row> &&
    requires(const Objective& objective, const Row& row, const shared_view<exclusive>& view, typename Objective::gradient& gradient,
             std::span<real> out, real step) {
    { Objective::info } -> std::convertible_to<loss_info>;
    { objective.layout() } -> std::same_as<parameter_layout>;
    { objective.outputs() } -> std::same_as<std::size_t>;
    { objective.make_gradient() } -> std::same_as<typename Objective::gradient>;
    { objective.differentiate(row, view, gradient) } -> std::same_as<real>;
    {objective.apply(row, gradient, view, step)};
    {objective.apply_share(row, gradient, view, step, feature_share{})};
    {objective.scores(row, view, out)};
    { objective.loss_of(out, row) } -> std::same_as<double>;
};

/// An objective that is evaluated a batch at a time, since its arithmetic is that of matrices.
/// `rows` are the batch: positions in `data`.
///
///   layout(), outputs(), loss_of(scores, row)   as above
///   default_batch                                examples an update, where neither the user nor
///                                                the scheme asks for more
///   least_batch                                  where updates share such a batch out, each takes
///                                                at least so many
///   gradient                                     one worker's scratch: what a batch needs between
///                                                its evaluation and its apply
///   make_gradient(data, capacity)                scratch for batches of up to `capacity` rows of
///                                                data like this
///   differentiate(data, rows, view, gradient)    reads the parameters once, fills the gradient;
///                                                returns a number that is finite exactly if the
///                                                evaluation was
///   apply(data, rows, gradient, view, step)      adds -step * the sum of the gradients of `rows`,
///                                                those last differentiated. The same may be asked
///                                                for again, where what it wrote came to nothing.
///                                                An objective may read once more, and do the rest
///                                                of the evaluation here, but not where adds are
///                                                captured for a rule (`is_layerwise`)
///   differentiate_slice(data, rows, view, gradient, from, to)   evaluates rows [from, to) of the
///                                                batch only. Slices that cover the batch may be
///                                                evaluated by different workers at once, over one
///                                                gradient and an access policy that is exclusive
///   apply_share(data, rows, gradient, view, step, share)        after the slices: the same as
///                                                `apply` for one share of the parameters
///   score(data, rows, view, gradient)            the scores, rows x outputs, row-major; valid
///                                                while nothing else is done with the gradient
///
/// Rows of a layer other than the first belong to the share that has the feature at the same
/// fraction of all features.
template <class Objective, class Data>
concept batch_objective = std::copyable<Objective> && dataset_view<Data> &&
    requires(const Objective& objective, const Data& data, std::span<const row_index> rows, const shared_view<exclusive>& view,
             typename Objective::gradient& gradient, std::span<const real> scores, std::size_t count, real step) {
    { Objective::info } -> std::convertible_to<loss_info>;
    { Objective::default_batch } -> std::convertible_to<std::uint64_t>;
    { Objective::least_batch } -> std::convertible_to<std::uint64_t>;
    { objective.layout() } -> std::same_as<parameter_layout>;
    { objective.outputs() } -> std::same_as<std::size_t>;
    { objective.make_gradient(data, count) } -> std::same_as<typename Objective::gradient>;
    { objective.differentiate(data, rows, view, gradient) } -> std::same_as<real>;
    { objective.differentiate_slice(data, rows, view, gradient, count, count) } -> std::same_as<real>;
    {objective.apply(data, rows, gradient, view, step)};
    {objective.apply_share(data, rows, gradient, view, step, feature_share{})};
    { objective.score(data, rows, view, gradient) } -> std::same_as<std::span<const real>>;
    { objective.loss_of(scores, data.row(count)) } -> std::same_as<double>;
};

/// Either kind.
template <class Objective, class Data>
concept objective_over = objective<Objective, typename Data::row_type> || batch_objective<Objective, Data>;

/// What is known of an objective: `facts()`, if its loss is chosen at run time, else `info`.
template <class Objective>
loss_info facts_of(const Objective& objective) {
    if constexpr (requires { objective.facts(); }) {
        return objective.facts();
    } else {
        return Objective::info;
    }
}

/// Whether an objective reads and writes its layers one by one, as its `apply` comes to them.
template <class Objective>
bool is_layerwise(const Objective& objective) {
    if constexpr (requires { objective.layerwise(); }) {
        return objective.layerwise();
    } else {
        return false;
    }
}

/// What one example costs to evaluate and apply, in visits of a nonzero (some nanoseconds), with so
/// many nonzeros a row: what the objective states with `work_of_example(nonzeros)`, if it has that,
/// else one visit for each nonzero and output.
template <class Objective>
double work_of_example(const Objective& objective, double nonzeros) {
    if constexpr (requires { objective.work_of_example(nonzeros); }) {
        return objective.work_of_example(nonzeros);
    } else {
        return nonzeros * static_cast<double>(objective.outputs());
    }
}

/// Tells an objective that draws at random in training (`begin_epoch(seed, epoch)`) that an epoch
/// begins, so that what it draws is a function of these. No worker may be running.
template <class Objective>
void begin_epoch([[maybe_unused]] Objective& objective, [[maybe_unused]] std::uint64_t seed, [[maybe_unused]] std::uint64_t epoch) {
    if constexpr (requires { objective.begin_epoch(seed, epoch); }) {
        objective.begin_epoch(seed, epoch);
    }
}

/// Where descent starts: what the objective draws with `initialise(parameters&, seed)`, if it has
/// that, else zeros.
template <class Objective>
parameters initial_parameters(const Objective& objective, [[maybe_unused]] std::uint64_t seed) {
    parameters model(objective.layout());
    if constexpr (requires { objective.initialise(model, seed); }) {
        objective.initialise(model, seed);
    }
    return model;
}

} // namespace peccary
