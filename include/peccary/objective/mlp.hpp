// Multilayer perceptron: affine layers with an activation between them, and an output that says
// what the last one's sums mean.
#pragma once

#include "peccary/objective/activations.hpp"
#include "peccary/objective/matrix_product.hpp"
#include "peccary/objective/network/batch.hpp"
#include "peccary/objective/network/chosen_output.hpp"
#include "peccary/objective/network/layers.hpp"
#include "peccary/objective/network/passes.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/objective/outputs.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace peccary {

/// The facts of a network with such an output. The step that is best on a sample is taken as it is
/// (docs/schedules.md).
constexpr loss_info network_facts(loss_info output) noexcept {
    output.name = "mlp";
    output.sample_excess = 1;
    return output;
}

/// With A_0 = X (n x features, the rows of a batch), for layers l = 1 ... L:
///
///   Z_l = A_(l-1) W_l + 1 b_l^T      (n x units_l)        A_l = f(Z_l), but for the last one,
///                                                         whose sums are the scores
///   loss of a row = weight * loss of the output at (z, target)
///                   for softmax: log sum_c exp(z_c) - z_target
///
/// and backwards, with D_l = d loss / d Z_l, of which the output gives D_L:
///
///   D_(l-1) = D_l W_l^T * f'(Z_(l-1))
///   d loss / d W_l = A_(l-1)^T D_l                        d loss / d b_l = D_l^T 1
///
/// (Rumelhart, Hinton, Williams 1986; docs/mlp.md). With dropout, training multiplies A_l by a mask
/// M_l in what follows, and D_l too; `score` does not. W_l is the span "layer<l>.weights"
/// (units_(l-1) x units_l, row-major, so that what one feature does to the first layer is
/// consecutive) and b_l the span "layer<l>.bias" (units_l, not regularised).
///
/// The parameters that every example reads are one block of the buffer: read once a batch before
/// the arithmetic, and added to once after it. With sparse rows, W_1 is not among them: only the
/// rows of W_1 that belong to the features of the batch are read and added to, example by example.
///
/// Thread-safety: const members from any thread; a gradient belongs to one worker, but for the
/// slices and shares of `batch_objective`.
class mlp {
public:
    /// with the default output; see `facts`
    static constexpr loss_info info = network_facts(cross_entropy::info);
    static constexpr std::uint64_t default_batch = 32;
    /// of fewer rows, an update costs nearly as much (docs/schedules.md)
    static constexpr std::uint64_t least_batch = 8;

    using gradient = network_batch;

    /// `hidden` are the units of the hidden layers, the first one first; none makes it a linear
    /// model. A regression has no classes: its `classes` are not looked at. `dropped` is the
    /// probability that an activation is dropped in training. `layerwise`: see `apply`. Throws
    /// `usage_error` for other classes than the output has, a layer without units, an unknown
    /// activation or output, and what is no probability.
    mlp(std::size_t features, const std::vector<std::size_t>& hidden, std::size_t classes, std::string_view activation = relu::info.name,
        std::string_view output = cross_entropy::info.name, double dropped = 0, bool layerwise = false)
        : output_(output_named(output, classes)),
          passes_(network_layers(features, hidden, output_.info.target == target_kind::multiclass ? classes : 1), activation, dropped),
          layerwise_(layerwise) {}

    std::size_t features() const noexcept { return layers().features(); }
    std::size_t outputs() const noexcept { return layers().outputs(); }
    const network_layers& layers() const noexcept { return passes_.layers(); }
    const activation_info& activation() const noexcept { return passes_.activation(); }
    const loss_info& output() const noexcept { return output_.info; }
    loss_info facts() const noexcept { return network_facts(output_.info); }
    bool layerwise() const noexcept { return layerwise_; }
    parameter_layout layout() const { return layers().layout(); }

    /// A weight costs three multiplications and additions an example, some thirty times faster than
    /// a visit of a nonzero.
    double work_of_example(double nonzeros) const noexcept {
        constexpr double weights_a_visit = 32;
        double weights = 0;
        for (std::size_t l = 0; l < layers().size(); ++l) {
            weights += (l == 0 ? nonzeros : static_cast<double>(layers()[l].inputs)) * static_cast<double>(layers()[l].units);
        }
        return weights / weights_a_visit;
    }

    void initialise(parameters& model, std::uint64_t seed) const { layers().initialise(model, seed, activation().rectifies); }

    /// Gives the epoch masks of its own.
    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) noexcept { passes_.begin_epoch(seed, epoch); }

    template <dataset_view Data>
    gradient make_gradient(const Data& /*data*/, std::size_t capacity) const {
        return {layers(), capacity, network_passes::is_dense<Data>, passes_.drops()};
    }

    /// Layer by layer, it is the forward pass alone; the rest follows in `apply`.
    template <dataset_view Data, class View>
    real differentiate(const Data& data, std::span<const row_index> rows, const View& view, gradient& result) const {
        if (layerwise_) {
            for (std::size_t l = 0; l < layers().size(); ++l) {
                const network_stage one = stage_of(l);
                forward(one, data, rows, view, read<Data>(one, view, result), result);
            }
            return differentiate_outputs(data, rows, result);
        }
        const network_stage whole = layers().whole();
        const real* const parameters_read = read<Data>(whole, view, result);
        forward(whole, data, rows, view, parameters_read, result);
        const real finite = differentiate_outputs(data, rows, result);
        backward<Data>(whole, rows.size(), view.scale(), parameters_read, result);
        return finite;
    }

    /// Of a `layerwise` network, a layer is read when the forward pass comes to it, read again when
    /// the backward pass does, and added to before the layer below is differentiated: what a worker
    /// reads is younger, and what it writes is there sooner. The bits of one worker do not change.
    template <dataset_view Data, class View>
    void apply(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step) const {
        if (layerwise_) {
            for (std::size_t l = layers().size(); l-- > 0;) {
                const network_stage one = stage_of(l);
                backward<Data>(one, rows.size(), view.scale(), read<Data>(one, view, of), of);
                apply(one, data, rows, of, view, step);
            }
            return;
        }
        apply(layers().whole(), data, rows, of, view, step);
    }

    // The same for a stage of the layers alone (`network_passes`). One after another, the stages
    // make what the network does as a whole: `read` and `forward` from the first to the last, then
    // `differentiate_outputs`, then `backward` and `apply` from the last to the first. Stages of
    // different workers hand each other `handed_up` and `handed_down`.

    /// Reads the stage's parameters; element k of the buffer is element k of the result.
    template <dataset_view Data, class View>
    const real* read(network_stage part, const View& view, gradient& into) const {
        return passes_.template read<Data>(part, view, into);
    }

    /// The inputs of a stage that is not the first: n x inputs, the outputs of the one below.
    std::span<real> handed_up(network_stage part, std::size_t n, gradient& state) const noexcept {
        return rows_of(network_passes::inputs_of(part.first, state, passes_.drops()), layers()[part.first].inputs, 0, n);
    }
    /// The derivatives of the loss with respect to them: n x inputs.
    std::span<real> handed_down(network_stage part, std::size_t n, gradient& state) const noexcept {
        return rows_of(state.layers[part.first - 1].slopes, layers()[part.first].inputs, 0, n);
    }

    /// The forward pass of the batch's rows, in training.
    template <dataset_view Data, class View>
    void forward(network_stage part, const Data& data, std::span<const row_index> rows, const View& view, const real* parameters_read,
                 gradient& state) const {
        passes_.forward(part, data, rows, view, parameters_read, state, 0, rows.size(), passes_.drops());
    }

    /// Differentiates the loss with respect to the scores; returns a number that is finite exactly
    /// if all scores are.
    template <dataset_view Data>
    real differentiate_outputs(const Data& data, std::span<const row_index> rows, gradient& state) const {
        return differentiate_outputs(data, rows, state, 0, rows.size());
    }

    /// The backward pass of n rows, and the derivatives of the stage's parameters.
    template <dataset_view Data>
    void backward(network_stage part, std::size_t n, real scale, const real* parameters_read, gradient& state) const {
        passes_.backward(part, scale, parameters_read, state, 0, n);
        passes_.template differentiate_parameters<Data>(part, n, scale, state);
    }

    /// Changes the stage's parameters.
    template <dataset_view Data, class View>
    void apply(network_stage part, const Data& data, std::span<const row_index> rows, const gradient& of, const View& view,
               real step) const {
        const real change = -step * view.inverse_scale();
        if (part.first == 0) {
            add_sparse(data, rows, of, view, change, {});
        }
        const auto [first, size] = passes_.template block_of<Data>(part);
        view.add_block(first, std::span(of.changes).subspan(first, size), change);
    }

    /// The bits shall not depend on the number of workers. So slices are cut at multiples of a
    /// number of rows that depends on the batch only: each piece belongs to the slice that has its
    /// first row. A slice is evaluated as a whole where the rows of products do not depend on each
    /// other, else piece by piece. (Sixteen rows of a layer are whole vectors, and arrays begin
    /// with one, so that activations, which round differently beside them, are cut alike.)
    template <dataset_view Data, class View>
    real differentiate_slice(const Data& data, std::span<const row_index> rows, const View& view, gradient& result, std::size_t from,
                             std::size_t to) const {
        const network_stage whole = layers().whole();
        const real* const parameters_read = read<Data>(whole, view, result);
        const std::size_t piece = rows_are_independent() ? grain : (std::max)(grain, round_up(rows.size() / grain));
        const auto cut = [&](std::size_t row) { return (std::min)((row + piece - 1) / piece * piece, rows.size()); };
        real finite = 0;
        for_each_piece(cut(from), cut(to), rows_are_independent() ? rows.size() : piece, [&](std::size_t first, std::size_t last) {
            passes_.forward(whole, data, rows, view, parameters_read, result, first, last, passes_.drops());
            finite += differentiate_outputs(data, rows, result, first, last);
            passes_.backward(whole, view.scale(), parameters_read, result, first, last);
        });
        return finite;
    }

    /// Shares are cut at multiples of a fixed number of rows of W, for the same reason, and added
    /// to in blocks of as many: a bound on the norm sums squares block by block. What is
    /// differentiated at a time is so long that copying the slopes' panels costs little, and still
    /// in the cache when it is added.
    template <dataset_view Data, class View>
    void apply_share(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step,
                     const feature_share& share) const {
        const real change = -step * view.inverse_scale();
        add_sparse(data, rows, of, view, change, share);
        const std::size_t piece = rows_are_independent() ? 6 * grain : grain;
        for (std::size_t l = network_passes::first_dense<Data>; l < layers().size(); ++l) {
            const network_layer& at = layers()[l];
            const std::size_t all = (std::max<std::size_t>)(1, features());
            const auto row_of = [&](std::size_t feature) { return ((std::min)(feature, all) * at.inputs + all - 1) / all; };
            const auto cut = [&](std::size_t feature) { return (std::min)(round_up(row_of(feature)), at.inputs); };
            for_each_piece(cut(share.first), cut(share.last), piece, [&](std::size_t first, std::size_t last) {
                passes_.differentiate_weights(l, rows.size(), first, last, of);
                for_each_piece(first, last, grain, [&](std::size_t begin, std::size_t end) {
                    const std::size_t from = at.weights_at + begin * at.units;
                    view.add_block(from, std::span(of.changes).subspan(from, (end - begin) * at.units), change);
                });
            });
        }
        if (share.biases) {
            for (std::size_t l = 0; l < layers().size(); ++l) {
                const network_layer& at = layers()[l];
                passes_.differentiate_bias(l, rows.size(), view.scale(), of);
                view.add_block(at.bias_at, std::span(of.changes).subspan(at.bias_at, at.units), change);
            }
        }
    }

    /// The scores of rows, n x outputs, without dropout.
    template <dataset_view Data, class View>
    std::span<const real> score(const Data& data, std::span<const row_index> rows, const View& view, gradient& scratch) const {
        const network_stage whole = layers().whole();
        passes_.forward(whole, data, rows, view, read<Data>(whole, view, scratch), scratch, 0, rows.size(), false);
        return rows_of(scratch.layers.back().sums, outputs(), 0, rows.size());
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return static_cast<double>(row.weight) * output_.loss(scores, row.target);
    }

private:
    static network_stage stage_of(std::size_t layer) noexcept { return {.first = layer, .last = layer + 1}; }

    /// Adds what sparse rows change of the first layer's weights, within a share of the features:
    /// each row its own.
    template <class Data, class View>
    void add_sparse(const Data& data, std::span<const row_index> rows, const gradient& of, const View& view, real change,
                    const feature_share& share) const {
        if constexpr (!network_passes::is_dense<Data>) {
            const network_layer& at = layers()[0];
            for (std::size_t i = 0; i < rows.size(); ++i) {
                view.add_outer(at.weights_at, restrict_to(data.row(rows[i]), share.first, share.last),
                               rows_of(of.layers[0].slopes, at.units, i, i + 1), change);
            }
        }
    }

    /// Rows that slices and shares are cut at multiples of.
    static constexpr std::size_t grain = 16;
    static_assert(grain * sizeof(real) % (std::max<std::size_t>)(1, EIGEN_MAX_ALIGN_BYTES) == 0);
    static constexpr std::size_t round_up(std::size_t rows) noexcept { return (rows + grain - 1) / grain * grain; }

    /// Calls `visit(first, last)` for pieces of [from, to), each of them of `length` but the last.
    template <class Visit>
    static void for_each_piece(std::size_t from, std::size_t to, std::size_t length, Visit visit) {
        for (; from < to; from += length) {
            visit(from, (std::min)(from + length, to));
        }
    }

    /// Fills the last layer's D for rows [from, to).
    template <class Data>
    real differentiate_outputs(const Data& data, std::span<const row_index> rows, gradient& state, std::size_t from, std::size_t to) const {
        real finite = 0;
        auto& last = state.layers.back();
        for (std::size_t i = from; i < to; ++i) {
            const auto row = data.row(rows[i]);
            const auto slopes = rows_of(last.slopes, outputs(), i, i + 1);
            std::ranges::copy(rows_of(last.sums, outputs(), i, i + 1), slopes.begin());
            finite += output_.differentiate(row.target, row.weight, slopes);
        }
        return finite;
    }

    chosen_output output_;
    network_passes passes_;
    bool layerwise_;
};

static_assert(batch_objective<mlp, sparse_view> && batch_objective<mlp, dense_view>);

} // namespace peccary
