// What a worker keeps of a batch while it goes through a network.
#pragma once

#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"
#include "peccary/objective/network/layers.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace peccary {

/// What a batch of n rows needs, n up to its capacity, in the terms of `mlp`. Allocated once; the
/// memory of what is not used, such as that of other stages, is never touched.
struct network_batch {
    struct layer_state {
        storage<real> sums;        ///< Z: n x units
        storage<real> activations; ///< A: n x units; none in the last layer
        storage<real> mask;        ///< M: n x units; with dropout only
        storage<real> kept;        ///< A * M: n x units; with dropout only
        /// d loss / d A, as the layer above hands it down, and then D, in its place: n x units
        storage<real> slopes;
    };

    storage<real> input; ///< n x features; dense rows only
    std::vector<layer_state> layers;
    /// the parameters as they were read, laid out as they are; not used where they can be looked at
    /// in place
    storage<real> read;
    /// d loss / d parameters, laid out as they are; of biases, times the weight scale
    storage<real> changes;

    network_batch() = default;
    network_batch(const network_layers& network, std::size_t capacity, bool dense_rows, bool drops)
        : input(dense_rows ? capacity * network.features() : 0), read(network.layout().size()), changes(network.layout().size()) {
        for (std::size_t l = 0; l < network.size(); ++l) {
            const std::size_t size = capacity * network[l].units;
            const bool hidden = l + 1 < network.size();
            layers.push_back({.sums = storage<real>(size),
                              .activations = storage<real>(hidden ? size : 0),
                              .mask = storage<real>(hidden && drops ? size : 0),
                              .kept = storage<real>(hidden && drops ? size : 0),
                              .slopes = storage<real>(size)});
        }
        // The padding between spans is added to the parameters as well: zeros.
        const auto& spans = network.layout().spans();
        for (std::size_t k = 0; k + 1 < spans.size(); ++k) {
            std::fill(changes.begin() + static_cast<std::ptrdiff_t>(spans[k].offset + spans[k].size),
                      changes.begin() + static_cast<std::ptrdiff_t>(spans[k + 1].offset), real{0});
        }
    }
};

/// Rows [from, to) of a matrix with so many columns.
inline std::span<real> rows_of(storage<real>& values, std::size_t columns, std::size_t from, std::size_t to) noexcept {
    return std::span(values).subspan(from * columns, (to - from) * columns);
}
inline std::span<const real> rows_of(const storage<real>& values, std::size_t columns, std::size_t from, std::size_t to) noexcept {
    return std::span(values).subspan(from * columns, (to - from) * columns);
}

} // namespace peccary
