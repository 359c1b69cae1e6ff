// Multilayer perceptron: affine layers with an activation between them, cross-entropy of the softmax of the last one's sums.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/storage.hpp"
#include "peccary/objective/activations.hpp"
#include "peccary/objective/cross_entropy.hpp"
#include "peccary/objective/objective.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

/// With A_0 = X (n x features, the rows of a batch), for layers l = 1 ... L:
///
///   Z_l = A_(l-1) W_l + 1 b_l^T      (n x units_l)        A_l = f(Z_l), but for the last one, whose sums are the scores
///   loss of a row = weight * (log sum_c exp(z_c) - z_target)
///
/// and backwards, with D_l = d loss / d Z_l:
///
///   D_L = weight * (softmax(Z_L) - one_hot(target))       D_(l-1) = D_l W_l^T * f'(Z_(l-1))
///   d loss / d W_l = A_(l-1)^T D_l                        d loss / d b_l = D_l^T 1
///
/// (Rumelhart, Hinton, Williams 1986; docs/mlp.md). W_l is the span "layer<l>.weights" (units_(l-1) x units_l, row-major, so that what one
/// feature does to the first layer is consecutive) and b_l the span "layer<l>.bias" (units_l, not regularised).
///
/// The parameters that every example reads are one block of the buffer: read once a batch before the arithmetic, and added to once after it. With
/// sparse rows, W_1 is not among them: only the rows of W_1 that belong to the features of the batch are read and added to, example by example.
///
/// Thread-safety: const members from any thread; a gradient belongs to one worker, but for the slices and shares of `batch_objective`.
class mlp {
public:
    static constexpr loss_info info{.name = "mlp",
                                    .target = target_kind::multiclass,
                                    .curvature = 0.5,
                                    .sample_excess = 1,
                                    .differentiable = true,
                                    .probabilities = true};
    static constexpr std::uint64_t default_batch = 32;

    using matrix_view = Eigen::Map<Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
    using const_matrix_view = Eigen::Map<const Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

    struct layer {
        std::size_t inputs = 0;
        std::size_t units = 0;
        std::size_t weights_at = 0; ///< offset of W: inputs x units
        std::size_t bias_at = 0;    ///< offset of b: units
    };

    /// What a batch of n rows needs, n up to its capacity. Allocated once; the memory for what is not used is never touched.
    struct gradient {
        storage<real> input; ///< n x features; dense rows only
        struct layer_state {
            storage<real> sums;        ///< Z: n x units
            storage<real> activations; ///< A: n x units; none in the last layer
            storage<real> slopes;      ///< D: n x units
        };
        std::vector<layer_state> layers;
        storage<real> read;    ///< the parameters as they were read, laid out as they are; not used where they can be looked at in place
        storage<real> changes; ///< d loss / d parameters, laid out as they are; of biases, times the weight scale
    };

    /// `hidden` are the units of the hidden layers, the first one first; none makes it multinomial logistic regression.
    /// Throws `usage_error` for fewer than two classes, a layer without units, or an unknown activation.
    mlp(std::size_t features, const std::vector<std::size_t>& hidden, std::size_t classes, std::string_view activation = relu::info.name)
        : features_(features) {
        if (classes < 2) {
            throw usage_error("a multilayer perceptron needs at least two classes, not " + std::to_string(classes));
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
            const std::size_t units = l < hidden.size() ? hidden[l] : classes;
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
    std::span<const layer> layers() const noexcept { return layers_; }
    const activation_info& activation() const noexcept { return activation_; }
    parameter_layout layout() const { return layout_; }

    /// Biases zero, weights uniform on [-a, a]: a = sqrt(6 / inputs) behind and before rectifying activations (He, Zhang, Ren, Sun 2015, with
    /// their variance 2 / inputs), else and in the last layer sqrt(6 / (inputs + units)) (Glorot, Bengio 2010, formula 16). The same bits for
    /// the same seed on every machine.
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

    template <dataset_view Data, class View>
    real differentiate(const Data& data, std::span<const row_index> rows, const View& view, gradient& result) const {
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

    template <dataset_view Data, class View>
    void apply(const Data& data, std::span<const row_index> rows, const gradient& of, const View& view, real step) const {
        const real change = -step * view.inverse_scale();
        if constexpr (!is_dense<Data>) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                view.add_outer(layers_[0].weights_at, data.row(rows[i]), slopes_of(0, i, of), change);
            }
        }
        const std::size_t first = first_common<Data>();
        view.add_block(first, std::span(of.changes).subspan(first), change);
    }

    /// Slices are cut at multiples of a number of rows that depends on the batch only: each piece belongs to the slice that has its first row.
    /// Matrix products round differently with the number of rows, and the bits shall not depend on that of the workers.
    template <dataset_view Data, class View>
    real differentiate_slice(const Data& data, std::span<const row_index> rows, const View& view, gradient& result, std::size_t from,
                             std::size_t to) const {
        const real* const read = read_common<Data>(view, result);
        const std::size_t piece = std::max<std::size_t>(16, (rows.size() / 16 + 15) / 16 * 16);
        real witness = 0;
        for (std::size_t first = (from + piece - 1) / piece * piece; first < to; first += piece) {
            witness += propagate(data, rows, view, read, result, first, std::min(first + piece, rows.size()));
        }
        return witness;
    }

    /// In pieces of a fixed number of rows of W, for the same reason.
    template <dataset_view Data, class View>
    void apply_share(const Data& data, std::span<const row_index> rows, gradient& of, const View& view, real step,
                     const feature_share& share) const {
        const real change = -step * view.inverse_scale();
        if constexpr (!is_dense<Data>) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                view.add_outer(layers_[0].weights_at, restrict_to(data.row(rows[i]), share.first, share.last), slopes_of(0, i, of), change);
            }
        }
        constexpr std::size_t piece = 16;
        for (std::size_t l = first_dense<Data>; l < layers_.size(); ++l) {
            const layer& at = layers_[l];
            for (std::size_t first = 0; first < at.inputs; first += piece) {
                const std::size_t feature = first * features_ / at.inputs;
                if (feature >= share.first && feature < share.last) {
                    const std::size_t last = std::min(first + piece, at.inputs);
                    differentiate_weights(l, rows.size(), first, last, of);
                    const std::size_t begin = at.weights_at + first * at.units;
                    view.add_block(begin, std::span(of.changes).subspan(begin, (last - first) * at.units), change);
                }
            }
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
        forward(data, rows, view, read_common<Data>(view, scratch), scratch, 0, rows.size());
        return std::span(scratch.layers.back().sums).first(rows.size() * outputs());
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return cross_entropy::loss(scores, row);
    }

private:
    template <class Data>
    static constexpr bool is_dense = std::same_as<typename Data::row_type, dense_row>;

    /// The first layer whose weights are read and differentiated as matrices: with sparse rows, the second.
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

    /// Fills Z and A for rows [from, to) of the batch.
    template <class Data, class View>
    void forward(const Data& data, std::span<const row_index> rows, const View& view, const real* read, gradient& state, std::size_t from,
                 std::size_t to) const {
        const real scale = view.scale(); // of the weights
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const layer& at = layers_[l];
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
                storage<real>& inputs = l == 0 ? state.input : state.layers[l - 1].activations;
                sums.noalias() = scale * matrix(rows_of(inputs, at.inputs, from, to), to - from, at.inputs) *
                                 matrix(read + at.weights_at, at.inputs, at.units);
            }
            sums.rowwise() += matrix(read + at.bias_at, 1, at.units).row(0);
            if (l + 1 < layers_.size()) {
                apply_activation_(rows_of(mine.sums, at.units, from, to), rows_of(mine.activations, at.units, from, to));
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

    /// Fills Z, A and D for rows [from, to) of the batch; returns a number that is finite exactly if all scores are.
    template <class Data, class View>
    real propagate(const Data& data, std::span<const row_index> rows, const View& view, const real* read, gradient& state, std::size_t from,
                   std::size_t to) const {
        if (from == to) {
            return 0;
        }
        forward(data, rows, view, read, state, from, to);
        real witness = 0;
        auto& last = state.layers.back();
        for (std::size_t i = from; i < to; ++i) {
            const auto slopes = rows_of(last.slopes, outputs(), i, i + 1);
            std::ranges::copy(rows_of(last.sums, outputs(), i, i + 1), slopes.begin());
            witness += cross_entropy::differentiate(data.row(rows[i]), slopes);
        }
        for (std::size_t l = layers_.size() - 1; l > 0; --l) {
            const layer& at = layers_[l];
            auto& below = state.layers[l - 1];
            const auto slopes = rows_of(below.slopes, at.inputs, from, to);
            matrix(slopes, to - from, at.inputs).noalias() =
                view.scale() * matrix(rows_of(state.layers[l].slopes, at.units, from, to), to - from, at.units) *
                matrix(read + at.weights_at, at.inputs, at.units).transpose();
            chain_activation_(rows_of(below.sums, at.inputs, from, to), rows_of(below.activations, at.inputs, from, to), slopes);
        }
        return witness;
    }

    /// d loss / d W for rows [first, last) of W, from the first n rows of the batch.
    void differentiate_weights(std::size_t l, std::size_t n, std::size_t first, std::size_t last, gradient& state) const {
        const layer& at = layers_[l];
        const storage<real>& inputs = l == 0 ? state.input : state.layers[l - 1].activations;
        const auto into = std::span(state.changes).subspan(at.weights_at + first * at.units, (last - first) * at.units);
        matrix(into, last - first, at.units).noalias() =
            matrix(inputs.data(), n, at.inputs)
                .middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(last - first))
                .transpose() *
            matrix(state.layers[l].slopes.data(), n, at.units);
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
};

static_assert(batch_objective<mlp, sparse_view> && batch_objective<mlp, dense_view>);

} // namespace peccary
