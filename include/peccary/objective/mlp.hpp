// Multilayer perceptron: affine layers with an activation between them, and an output that says
// what the last one's sums mean.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/core/storage.hpp"
#include "peccary/objective/activations.hpp"
#include "peccary/objective/dropout.hpp"
#include "peccary/objective/matrix_product.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/objective/outputs.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
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

    using matrix_view = Eigen::Map<Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
    using const_matrix_view = Eigen::Map<const Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

    struct layer {
        std::size_t inputs = 0;
        std::size_t units = 0;
        std::size_t weights_at = 0; ///< offset of W: inputs x units
        std::size_t bias_at = 0;    ///< offset of b: units
    };

    /// What a batch of n rows needs, n up to its capacity. Allocated once; the memory for what is
    /// not used is never touched.
    struct gradient {
        storage<real> input; ///< n x features; dense rows only
        struct layer_state {
            storage<real> sums;        ///< Z: n x units
            storage<real> activations; ///< A: n x units; none in the last layer
            storage<real> mask;        ///< M: n x units; with dropout only
            storage<real> kept;        ///< A * M: n x units; with dropout only
            storage<real> slopes;      ///< D: n x units
        };
        std::vector<layer_state> layers;
        /// the parameters as they were read, laid out as they are; not used where they can be
        /// looked at in place
        storage<real> read;
        /// d loss / d parameters, laid out as they are; of biases, times the weight scale
        storage<real> changes;
    };

    /// `hidden` are the units of the hidden layers, the first one first; none makes it a linear
    /// model. A regression has no classes: its `classes` are not looked at. `dropped` is the
    /// probability that an activation is dropped in training. `layerwise`: see `apply`. Throws
    /// `usage_error` for other classes than the output has, a layer without units, an unknown
    /// activation or output, and what is no probability.
    mlp(std::size_t features, const std::vector<std::size_t>& hidden, std::size_t classes, std::string_view activation = relu::info.name,
        std::string_view output = cross_entropy::info.name, double dropped = 0, bool layerwise = false)
        : features_(features), dropout_(dropped), layerwise_(layerwise) {
        with_named<network_outputs>("output", output, [this](auto tag) {
            using named = typename decltype(tag)::type;
            output_ = named::info;
            loss_ = &named::loss;
            differentiate_output_ = &named::differentiate;
        });
        if (output_.target == target_kind::multiclass && classes < 2) {
            throw usage_error("a multilayer perceptron needs at least two classes, not " + std::to_string(classes));
        }
        if (output_.target == target_kind::binary && classes != 2) {
            throw usage_error("the output '" + std::string(output) + "' needs two classes, not " + std::to_string(classes) +
                              "; choose the output 'softmax'");
        }
        with_named<activations>("activation", activation, [this](auto tag) {
            using named = typename decltype(tag)::type;
            activation_ = named::info;
            apply_activation_ = [](std::span<const real> sums, std::span<real> applied) { named::apply(sums, applied); };
            chain_activation_ = [](std::span<const real> sums, std::span<const real> applied, std::span<real> slopes) {
                named::chain(sums, applied, slopes);
            };
        });
        std::size_t inputs = features;
        for (std::size_t l = 0; l <= hidden.size(); ++l) {
            const std::size_t units = l < hidden.size() ? hidden[l] : output_.target == target_kind::multiclass ? classes : 1;
            if (units == 0) {
                throw usage_error("layer " + std::to_string(l + 1) + " of the multilayer perceptron has no units; give it at least one");
            }
            const std::string name = "layer" + std::to_string(l + 1);
            layer added{.inputs = inputs, .units = units};
            added.weights_at = layout_.append(name + ".weights", inputs * units, true);
            added.bias_at = layout_.append(name + ".bias", units, false);
            layers_.push_back(added);
            inputs = units;
        }
    }

    std::size_t features() const noexcept { return features_; }
    std::size_t outputs() const noexcept { return layers_.back().units; }

    /// A weight costs three multiplications and additions an example, some thirty times faster than
    /// a visit of a nonzero.
    double work_of_example(double nonzeros) const noexcept {
        constexpr double weights_a_visit = 32;
        double weights = 0;
        for (const layer& at : layers_) {
            weights += (&at == &layers_.front() ? nonzeros : static_cast<double>(at.inputs)) * static_cast<double>(at.units);
        }
        return weights / weights_a_visit;
    }
    std::span<const layer> layers() const noexcept { return layers_; }
    const activation_info& activation() const noexcept { return activation_; }
    const loss_info& output() const noexcept { return output_; }
    loss_info facts() const noexcept { return network_facts(output_); }
    bool layerwise() const noexcept { return layerwise_; }
    parameter_layout layout() const { return layout_; }

    /// Biases zero, weights uniform on [-a, a]: a = sqrt(6 / inputs) behind and before rectifying
    /// activations (He, Zhang, Ren, Sun 2015, with their variance 2 / inputs), else and in the last
    /// layer sqrt(6 / (inputs + units)) (Glorot, Bengio 2010, formula 16). The same bits for the
    /// same seed on every machine.
    void initialise(parameters& model, std::uint64_t seed) const {
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const layer& at = layers_[l];
            const bool he = activation_.rectifies && l + 1 < layers_.size();
            const double bound = std::sqrt(6.0 / static_cast<double>(he ? at.inputs : at.inputs + at.units));
            random_stream random(seed, initial_stream, l);
            for (real& weight : model.exclusive().subspan(at.weights_at, at.inputs * at.units)) {
                weight = static_cast<real>(bound * (2 * random.unit() - 1));
            }
        }
    }

    /// Gives the epoch masks of its own.
    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) noexcept { dropout_.begin_epoch(seed, epoch); }

    template <dataset_view Data>
    gradient make_gradient(const Data& /*data*/, std::size_t capacity) const {
        gradient made;
        if constexpr (is_dense<Data>) {
            made.input.resize(capacity * features_);
        }
        for (const layer& at : layers_) {
            const bool last = &at == &layers_.back();
            made.layers.emplace_back();
            made.layers.back().sums.resize(capacity * at.units);
            made.layers.back().activations.resize(last ? 0 : capacity * at.units);
            made.layers.back().mask.resize(last || !dropout_.active() ? 0 : capacity * at.units);
            made.layers.back().kept.resize(last || !dropout_.active() ? 0 : capacity * at.units);
            made.layers.back().slopes.resize(capacity * at.units);
        }
        made.read.resize(layout_.size());
        made.changes.resize(layout_.size());
        // The padding between spans is added to as well: zeros.
        for (const parameter_span& span : layout_.spans()) {
            const std::size_t end = span.offset + span.size;
            const std::size_t next = (end + padding - 1) / padding * padding;
            std::fill(made.changes.begin() + static_cast<std::ptrdiff_t>(end),
                      made.changes.begin() + static_cast<std::ptrdiff_t>(std::min(next, layout_.size())), real{0});
        }
        return made;
    }

    /// Layer by layer, it is the forward pass alone; the rest follows in `apply`.
    template <dataset_view Data, class View>
    real differentiate(const Data& data, std::span<const row_index> rows, const View& view, gradient& result) const {
        if (layerwise_) {
            const auto read = [&](std::size_t l) { return read_layer<Data>(l, view, result); };
            forward(data, rows, view, read, result, 0, rows.size(), dropout_.active());
            return differentiate_outputs(data, rows, result, 0, rows.size());
        }
        const real* const read = read_common<Data>(view, result);
        const real witness = propagate(data, rows, view, read, result, 0, rows.size());
        for (std::size_t l = first_dense<Data>; l < layers_.size(); ++l) {
            differentiate_weights(l, rows.size(), 0, layers_[l].inputs, result);
        }
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            differentiate_bias(l, rows.size(), view.scale(), result);
        }
        return witness;
    }

    /// Of a `layerwise` network, a layer is read when the forward pass comes to it, read again when
    /// the backward pass does, and added to before the layer below is differentiated: what a worker
    /// reads is younger, and what it writes is there sooner. The bits of one worker do not change.
    template <dataset_view Data, class View>
    void apply(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step) const {
        const real change = -step * view.inverse_scale();
        if (layerwise_) {
            for (std::size_t l = layers_.size(); l-- > 0;) {
                if (l > 0) {
                    propagate_down(l, view.scale(), read_layer<Data>(l, view, of), of, 0, rows.size());
                }
                if (l >= first_dense<Data>) {
                    differentiate_weights(l, rows.size(), 0, layers_[l].inputs, of);
                }
                differentiate_bias(l, rows.size(), view.scale(), of);
                if (l == 0) {
                    add_sparse(data, rows, of, view, change);
                }
                const auto [first, size] = common_block<Data>(l);
                view.add_block(first, std::span(of.changes).subspan(first, size), change);
            }
            return;
        }
        add_sparse(data, rows, of, view, change);
        const std::size_t first = first_common<Data>();
        view.add_block(first, std::span(of.changes).subspan(first), change);
    }

    /// The bits shall not depend on the number of workers. So slices are cut at multiples of a
    /// number of rows that depends on the batch only: each piece belongs to the slice that has its
    /// first row. A slice is evaluated as a whole where the rows of products do not depend on each
    /// other, else piece by piece. (Sixteen rows of a layer are whole vectors, and arrays begin
    /// with one, so that activations, which round differently beside them, are cut alike.)
    template <dataset_view Data, class View>
    real differentiate_slice(const Data& data, std::span<const row_index> rows, const View& view, gradient& result, std::size_t from,
                             std::size_t to) const {
        const real* const read = read_common<Data>(view, result);
        const std::size_t piece = rows_are_independent() ? grain : std::max(grain, round_up(rows.size() / grain));
        const auto cut = [&](std::size_t row) { return std::min((row + piece - 1) / piece * piece, rows.size()); };
        real witness = 0;
        for_each_piece(cut(from), cut(to), rows_are_independent() ? rows.size() : piece,
                       [&](std::size_t first, std::size_t last) { witness += propagate(data, rows, view, read, result, first, last); });
        return witness;
    }

    /// Shares are cut at multiples of a fixed number of rows of W, for the same reason, and added
    /// to in blocks of as many: a bound on the norm sums squares block by block. What is
    /// differentiated at a time is so long that copying the slopes' panels costs little, and still
    /// in the cache when it is added.
    template <dataset_view Data, class View>
    void apply_share(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step,
                     const feature_share& share) const {
        const real change = -step * view.inverse_scale();
        if constexpr (!is_dense<Data>) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                view.add_outer(layers_[0].weights_at, restrict_to(data.row(rows[i]), share.first, share.last), slopes_of(0, i, of), change);
            }
        }
        const std::size_t piece = rows_are_independent() ? 6 * grain : grain;
        for (std::size_t l = first_dense<Data>; l < layers_.size(); ++l) {
            const layer& at = layers_[l];
            const std::size_t features = std::max<std::size_t>(1, features_);
            const auto row_of = [&](std::size_t feature) { return (std::min(feature, features) * at.inputs + features - 1) / features; };
            const auto cut = [&](std::size_t feature) { return std::min(round_up(row_of(feature)), at.inputs); };
            for_each_piece(cut(share.first), cut(share.last), piece, [&](std::size_t first, std::size_t last) {
                differentiate_weights(l, rows.size(), first, last, of);
                for_each_piece(first, last, grain, [&](std::size_t begin, std::size_t end) {
                    const std::size_t from = at.weights_at + begin * at.units;
                    view.add_block(from, std::span(of.changes).subspan(from, (end - begin) * at.units), change);
                });
            });
        }
        if (share.biases) {
            for (std::size_t l = 0; l < layers_.size(); ++l) {
                const layer& at = layers_[l];
                differentiate_bias(l, rows.size(), view.scale(), of);
                view.add_block(at.bias_at, std::span(of.changes).subspan(at.bias_at, at.units), change);
            }
        }
    }

    template <dataset_view Data, class View>
    std::span<const real> score(const Data& data, std::span<const row_index> rows, const View& view, gradient& scratch) const {
        const real* const read = read_common<Data>(view, scratch);
        forward(
            data, rows, view, [read](std::size_t) { return read; }, scratch, 0, rows.size(), false);
        return std::span(scratch.layers.back().sums).first(rows.size() * outputs());
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return row.weight * loss_(scores, row.target);
    }

private:
    template <class Data>
    static constexpr bool is_dense = std::same_as<typename Data::row_type, dense_row>;

    /// The first layer whose weights are read and differentiated as matrices: with sparse rows, the
    /// second.
    template <class Data>
    static constexpr std::size_t first_dense = is_dense<Data> ? 0 : 1;

    /// Where the block of parameters begins that every example reads; it ends with the buffer.
    template <class Data>
    std::size_t first_common() const noexcept {
        return is_dense<Data> ? layers_[0].weights_at : layers_[0].bias_at;
    }

    /// Reads that block. Element k of the buffer is element k of the result, for k in the block.
    template <class Data, class View>
    const real* read_common(const View& view, gradient& into) const {
        const std::size_t first = first_common<Data>();
        return view.read_block(first, std::span(into.read).subspan(first)) - first;
    }

    /// The part of that block that belongs to one layer.
    template <class Data>
    std::pair<std::size_t, std::size_t> common_block(std::size_t l) const noexcept {
        const std::size_t first = l < first_dense<Data> ? layers_[l].bias_at : layers_[l].weights_at;
        return {first, layers_[l].bias_at + layers_[l].units - first};
    }

    /// Reads that part; places in the result are as above.
    template <class Data, class View>
    const real* read_layer(std::size_t l, const View& view, gradient& into) const {
        const auto [first, size] = common_block<Data>(l);
        return view.read_block(first, std::span(into.read).subspan(first, size)) - first;
    }

    /// Adds what sparse rows change of the first layer's weights: each its support.
    template <class Data, class View>
    void add_sparse(const Data& data, std::span<const row_index> rows, const gradient& of, const View& view, real change) const {
        if constexpr (!is_dense<Data>) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                view.add_outer(layers_[0].weights_at, data.row(rows[i]), slopes_of(0, i, of), change);
            }
        }
    }

    /// Rows that slices and shares are cut at multiples of.
    static constexpr std::size_t grain = 16;
    static_assert(grain * sizeof(real) % std::max<std::size_t>(1, EIGEN_MAX_ALIGN_BYTES) == 0);
    static constexpr std::size_t round_up(std::size_t rows) noexcept { return (rows + grain - 1) / grain * grain; }

    /// Calls `visit(first, last)` for pieces of [from, to), each of them of `length` but the last.
    template <class Visit>
    static void for_each_piece(std::size_t from, std::size_t to, std::size_t length, Visit visit) {
        for (; from < to; from += length) {
            visit(from, std::min(from + length, to));
        }
    }

    static matrix_view matrix(std::span<real> values, std::size_t rows, std::size_t columns) noexcept {
        return {values.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
    }
    static const_matrix_view matrix(const real* values, std::size_t rows, std::size_t columns) noexcept {
        return {values, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
    }
    static std::span<real> rows_of(storage<real>& values, std::size_t columns, std::size_t from, std::size_t to) noexcept {
        return std::span(values).subspan(from * columns, (to - from) * columns);
    }
    std::span<const real> slopes_of(std::size_t l, std::size_t row, const gradient& of) const noexcept {
        return std::span(of.layers[l].slopes).subspan(row * layers_[l].units, layers_[l].units);
    }

    /// What layer `l` has as inputs: n x inputs. `dropping`: in training with dropout.
    static storage<real>& inputs_of(std::size_t l, gradient& state, bool dropping) noexcept {
        return l == 0 ? state.input : dropping ? state.layers[l - 1].kept : state.layers[l - 1].activations;
    }

    /// Fills M and A * M of a layer for rows [from, to) of the batch.
    void drop(std::size_t l, std::span<const row_index> rows, gradient& state, std::size_t from, std::size_t to) const {
        const std::size_t units = layers_[l].units;
        auto& mine = state.layers[l];
        for (std::size_t i = from; i < to; ++i) {
            dropout_.draw(rows[i], l, rows_of(mine.mask, units, i, i + 1));
        }
        array_of(rows_of(mine.kept, units, from, to)) =
            array_of(rows_of(mine.activations, units, from, to)) * array_of(rows_of(mine.mask, units, from, to));
    }

    /// Fills Z and A for rows [from, to) of the batch; `dropping`: M too. `read_of(l)` is where the
    /// buffer as it was read begins, for layer l.
    template <class Data, class View, class ReadOf>
    void forward(const Data& data, std::span<const row_index> rows, const View& view, ReadOf read_of, gradient& state, std::size_t from,
                 std::size_t to, bool dropping) const {
        const real scale = view.scale(); // of the weights
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const layer& at = layers_[l];
            const real* const read = read_of(l);
            auto& mine = state.layers[l];
            auto sums = matrix(rows_of(mine.sums, at.units, from, to), to - from, at.units);
            if (l < first_dense<Data>) {
                for (std::size_t i = from; i < to; ++i) {
                    view.multiply(at.weights_at, data.row(rows[i]), rows_of(mine.sums, at.units, i, i + 1));
                }
                sums *= scale;
            } else {
                if (l == 0) {
                    gather(data, rows, state, from, to);
                }
                storage<real>& inputs = inputs_of(l, state, dropping);
                multiply(scale, row_major(rows_of(inputs, at.inputs, from, to).data(), to - from, at.inputs),
                         row_major(read + at.weights_at, at.inputs, at.units), sums.data());
            }
            sums.rowwise() += matrix(read + at.bias_at, 1, at.units).row(0);
            if (l + 1 < layers_.size()) {
                apply_activation_(rows_of(mine.sums, at.units, from, to), rows_of(mine.activations, at.units, from, to));
                if (dropping) {
                    drop(l, rows, state, from, to);
                }
            }
        }
    }

    /// Copies rows [from, to) of the batch beside each other; what a row does not have is zero.
    template <class Data>
    void gather(const Data& data, std::span<const row_index> rows, gradient& state, std::size_t from, std::size_t to) const {
        if constexpr (is_dense<Data>) {
            for (std::size_t i = from; i < to; ++i) {
                const dense_row row = data.row(rows[i]);
                const auto place = rows_of(state.input, features_, i, i + 1);
                std::ranges::fill(place.first(row.first), real{0});
                std::ranges::copy(row.values, place.begin() + row.first);
                std::ranges::fill(place.subspan(row.first + row.size()), real{0});
            }
        }
    }

    /// Fills Z, A and D for rows [from, to) of the batch; returns a number that is finite exactly
    /// if all scores are.
    template <class Data, class View>
    real propagate(const Data& data, std::span<const row_index> rows, const View& view, const real* read, gradient& state, std::size_t from,
                   std::size_t to) const {
        if (from == to) {
            return 0;
        }
        forward(
            data, rows, view, [read](std::size_t) { return read; }, state, from, to, dropout_.active());
        const real witness = differentiate_outputs(data, rows, state, from, to);
        for (std::size_t l = layers_.size() - 1; l > 0; --l) {
            propagate_down(l, view.scale(), read, state, from, to);
        }
        return witness;
    }

    /// Fills the last layer's D; returns a number that is finite exactly if all scores are.
    template <class Data>
    real differentiate_outputs(const Data& data, std::span<const row_index> rows, gradient& state, std::size_t from, std::size_t to) const {
        real witness = 0;
        auto& last = state.layers.back();
        for (std::size_t i = from; i < to; ++i) {
            const auto row = data.row(rows[i]);
            const auto slopes = rows_of(last.slopes, outputs(), i, i + 1);
            std::ranges::copy(rows_of(last.sums, outputs(), i, i + 1), slopes.begin());
            witness += differentiate_output_(row.target, row.weight, slopes);
        }
        return witness;
    }

    /// Fills D of the layer below layer `l`.
    void propagate_down(std::size_t l, real scale, const real* read, gradient& state, std::size_t from, std::size_t to) const {
        const layer& at = layers_[l];
        auto& below = state.layers[l - 1];
        const auto slopes = rows_of(below.slopes, at.inputs, from, to);
        multiply(scale, row_major(rows_of(state.layers[l].slopes, at.units, from, to).data(), to - from, at.units),
                 row_major(read + at.weights_at, at.inputs, at.units).transposed(), slopes.data());
        chain_activation_(rows_of(below.sums, at.inputs, from, to), rows_of(below.activations, at.inputs, from, to), slopes);
        if (dropout_.active()) {
            array_of(slopes) *= array_of(rows_of(below.mask, at.inputs, from, to));
        }
    }

    /// d loss / d W for rows [first, last) of W, from the first n rows of the batch.
    void differentiate_weights(std::size_t l, std::size_t n, std::size_t first, std::size_t last, gradient& state) const {
        const layer& at = layers_[l];
        const storage<real>& inputs = inputs_of(l, state, dropout_.active());
        const matrix_operand of_rows{.data = inputs.data() + first, .rows = n, .columns = last - first, .row_stride = at.inputs};
        multiply(1, of_rows.transposed(), row_major(state.layers[l].slopes.data(), n, at.units),
                 state.changes.data() + at.weights_at + first * at.units);
    }

    /// d loss / d b times the weight scale, since what is applied is divided by it.
    void differentiate_bias(std::size_t l, std::size_t n, real scale, gradient& state) const {
        const layer& at = layers_[l];
        const auto into = std::span(state.changes).subspan(at.bias_at, at.units);
        matrix(into, 1, at.units) = scale * matrix(state.layers[l].slopes.data(), n, at.units).colwise().sum();
    }

    static constexpr std::uint64_t initial_stream = 0x696E'6974U; // "init"
    static constexpr std::size_t padding = cache_line / sizeof(real);

    std::size_t features_;
    std::vector<layer> layers_;
    parameter_layout layout_;
    activation_info activation_{};
    void (*apply_activation_)(std::span<const real>, std::span<real>) = nullptr;
    void (*chain_activation_)(std::span<const real>, std::span<const real>, std::span<real>) = nullptr;
    dropout dropout_;
    bool layerwise_ = false;
    loss_info output_{};
    double (*loss_)(std::span<const real>, real) = nullptr;
    real (*differentiate_output_)(real, real, std::span<real>) = nullptr;
};

static_assert(batch_objective<mlp, sparse_view> && batch_objective<mlp, dense_view>);

} // namespace peccary
