// The forward and backward passes of a network's layers, or of a stage of them.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/activations.hpp"
#include "peccary/objective/dropout.hpp"
#include "peccary/objective/matrix_product.hpp"
#include "peccary/objective/network/batch.hpp"
#include "peccary/objective/network/layers.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace peccary {

/// In the terms of `mlp`: A_(l-1), Z_l, M_l and D_l of rows [from, to) of a batch.
///
/// A stage takes A of the layer below it from the batch's state, and leaves its own there; on the
/// way back it takes d loss / d A of its last layer, and leaves that of the layer below. Whoever
/// has stages on several workers, with a `network_batch` each, copies those two between them. The
/// stages of a network make the same bits one after another as the network as a whole.
///
/// Thread-safety: const members from any thread, for a batch each, or for different rows of one.
class network_passes {
public:
    /// Throws `usage_error` for an unknown activation, and for `dropped` that is no probability.
    network_passes(network_layers layers, std::string_view activation, double dropped) : layers_(std::move(layers)), dropout_(dropped) {
        with_named<activations>("activation", activation, [this](auto tag) {
            using named = typename decltype(tag)::type;
            activation_ = named::info;
            apply_activation_ = [](std::span<const real> sums, std::span<real> applied) { named::apply(sums, applied); };
            chain_activation_ = [](std::span<const real> sums, std::span<const real> applied, std::span<real> slopes) {
                named::chain(sums, applied, slopes);
            };
        });
    }

    const network_layers& layers() const noexcept { return layers_; }
    const activation_info& activation() const noexcept { return activation_; }
    bool drops() const noexcept { return dropout_.active(); }
    /// Gives the epoch masks of its own.
    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) noexcept { dropout_.begin_epoch(seed, epoch); }

    template <class Data>
    static constexpr bool is_dense = std::same_as<typename Data::row_type, dense_row>;

    /// The first layer whose weights are read and differentiated as matrices: with sparse rows, the
    /// second.
    template <class Data>
    static constexpr std::size_t first_dense = is_dense<Data> ? 0 : 1;

    /// The block of the stage's parameters that every example reads: (offset, size).
    template <class Data>
    std::pair<std::size_t, std::size_t> block_of(network_stage part) const noexcept {
        const network_layer& last = layers_[part.last - 1];
        const std::size_t first = part.first < first_dense<Data> ? layers_[part.first].bias_at : layers_[part.first].weights_at;
        return {first, last.bias_at + last.units - first};
    }

    /// Reads that block. Element k of the buffer is element k of the result, for k in the block.
    template <class Data, class View>
    const real* read(network_stage part, const View& view, network_batch& into) const {
        const auto [first, size] = block_of<Data>(part);
        return view.read_block(first, std::span(into.read).subspan(first, size)) - first;
    }

    /// Fills Z and A of the stage, in training (`dropping`) M too. `parameters_read` is what `read`
    /// returned.
    template <class Data, class View>
    void forward(network_stage part, const Data& data, std::span<const row_index> rows, const View& view, const real* parameters_read,
                 network_batch& state, std::size_t from, std::size_t to, bool dropping) const {
        const real scale = view.scale(); // of the weights
        for (std::size_t l = part.first; l < part.last; ++l) {
            const network_layer& at = layers_[l];
            auto& mine = state.layers[l];
            auto sums = matrix(rows_of(mine.sums, at.units, from, to).data(), to - from, at.units);
            if (l < first_dense<Data>) {
                for (std::size_t i = from; i < to; ++i) {
                    view.multiply(at.weights_at, data.row(rows[i]), rows_of(mine.sums, at.units, i, i + 1));
                }
                sums *= scale;
            } else {
                if (l == 0) {
                    gather(data, rows, state, from, to);
                }
                const storage<real>& inputs = inputs_of(l, state, dropping);
                multiply(scale, row_major(rows_of(inputs, at.inputs, from, to).data(), to - from, at.inputs),
                         row_major(parameters_read + at.weights_at, at.inputs, at.units), sums.data());
            }
            sums.rowwise() += const_matrix(parameters_read + at.bias_at, 1, at.units).row(0);
            if (l + 1 < layers_.size()) {
                apply_activation_(rows_of(mine.sums, at.units, from, to), rows_of(mine.activations, at.units, from, to));
                if (dropping) {
                    drop(l, rows, state, from, to);
                }
            }
        }
    }

    /// Fills D of the stage from d loss / d A of its last layer, or, if that is the network's last,
    /// from its D; and d loss / d A of the layer below the stage. `scale` is the view's.
    void backward(network_stage part, real scale, const real* parameters_read, network_batch& state, std::size_t from,
                  std::size_t to) const {
        for (std::size_t l = part.last; l-- > part.first;) {
            const network_layer& at = layers_[l];
            auto& mine = state.layers[l];
            const auto slopes = rows_of(mine.slopes, at.units, from, to);
            if (l + 1 < layers_.size()) {
                chain_activation_(rows_of(mine.sums, at.units, from, to), rows_of(mine.activations, at.units, from, to), slopes);
                if (drops()) {
                    array_of(slopes) *= array_of(rows_of(mine.mask, at.units, from, to));
                }
            }
            if (l > 0) {
                multiply(scale, row_major(slopes.data(), to - from, at.units),
                         row_major(parameters_read + at.weights_at, at.inputs, at.units).transposed(),
                         rows_of(state.layers[l - 1].slopes, at.inputs, from, to).data());
            }
        }
    }

    /// d loss / d W of layer `l` for rows [first, last) of W, from the first n rows of the batch.
    void differentiate_weights(std::size_t l, std::size_t n, std::size_t first, std::size_t last, network_batch& state) const {
        const network_layer& at = layers_[l];
        const storage<real>& inputs = inputs_of(l, state, drops());
        const matrix_operand of_rows{.data = inputs.data() + first, .rows = n, .columns = last - first, .row_stride = at.inputs};
        multiply(1, of_rows.transposed(), row_major(state.layers[l].slopes.data(), n, at.units),
                 state.changes.data() + at.weights_at + first * at.units);
    }

    /// d loss / d b of layer `l` times the weight scale, since what is applied is divided by it.
    void differentiate_bias(std::size_t l, std::size_t n, real scale, network_batch& state) const {
        const network_layer& at = layers_[l];
        matrix(state.changes.data() + at.bias_at, 1, at.units) =
            scale * const_matrix(state.layers[l].slopes.data(), n, at.units).colwise().sum();
    }

    /// Both, of all layers of a stage; not those weights of which only the rows' features change.
    template <class Data>
    void differentiate_parameters(network_stage part, std::size_t n, real scale, network_batch& state) const {
        for (std::size_t l = (std::max)(part.first, first_dense<Data>); l < part.last; ++l) {
            differentiate_weights(l, n, 0, layers_[l].inputs, state);
        }
        for (std::size_t l = part.first; l < part.last; ++l) {
            differentiate_bias(l, n, scale, state);
        }
    }

    /// What layer `l` has as inputs: n x inputs. `dropping`: in training with dropout.
    static storage<real>& inputs_of(std::size_t l, network_batch& state, bool dropping) noexcept {
        return l == 0 ? state.input : dropping ? state.layers[l - 1].kept : state.layers[l - 1].activations;
    }

private:
    using row_major_matrix = Eigen::Matrix<real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

    static Eigen::Map<row_major_matrix> matrix(real* values, std::size_t rows, std::size_t columns) noexcept {
        return {values, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
    }
    static Eigen::Map<const row_major_matrix> const_matrix(const real* values, std::size_t rows, std::size_t columns) noexcept {
        return {values, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
    }

    /// Copies rows [from, to) of the batch beside each other; what a row does not have is zero.
    template <class Data>
    void gather(const Data& data, std::span<const row_index> rows, network_batch& state, std::size_t from, std::size_t to) const {
        if constexpr (is_dense<Data>) {
            for (std::size_t i = from; i < to; ++i) {
                const dense_row row = data.row(rows[i]);
                const auto copied = rows_of(state.input, layers_.features(), i, i + 1);
                std::ranges::fill(copied.first(row.first), real{0});
                std::ranges::copy(row.values, copied.begin() + row.first);
                std::ranges::fill(copied.subspan(row.first + row.size()), real{0});
            }
        }
    }

    /// Fills M and A * M of a layer.
    void drop(std::size_t l, std::span<const row_index> rows, network_batch& state, std::size_t from, std::size_t to) const {
        const std::size_t units = layers_[l].units;
        auto& mine = state.layers[l];
        for (std::size_t i = from; i < to; ++i) {
            dropout_.draw(rows[i], l, rows_of(mine.mask, units, i, i + 1));
        }
        array_of(rows_of(mine.kept, units, from, to)) =
            array_of(rows_of(mine.activations, units, from, to)) * array_of(rows_of(mine.mask, units, from, to));
    }

    network_layers layers_;
    activation_info activation_{};
    void (*apply_activation_)(std::span<const real>, std::span<real>) = nullptr;
    void (*chain_activation_)(std::span<const real>, std::span<const real>, std::span<real>) = nullptr;
    dropout dropout_;
};

} // namespace peccary
