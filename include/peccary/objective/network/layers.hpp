// The layers of a network: their shapes, and where their parameters lie.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/parameters/layout.hpp"
#include "peccary/parameters/parameters.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace peccary {

struct network_layer {
    std::size_t inputs = 0;
    std::size_t units = 0;
    std::size_t weights_at = 0; ///< offset of W: inputs x units, row-major
    std::size_t bias_at = 0;    ///< offset of b: units
};

/// Consecutive layers of a network, which read and change their own parameters only: [first, last),
/// counted from 0. A network is one stage, or is cut into several that different workers have.
struct network_stage {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// The spans are "layer<l>.weights" and "layer<l>.bias" (not regularised), l counted from 1, in
/// that order, so that a stage's parameters are one block of the buffer.
/// Thread-safety: const members from any thread.
class network_layers {
public:
    /// `hidden` are the units of the hidden layers, the first one first. Throws `usage_error` for a
    /// layer without units.
    network_layers(std::size_t features, const std::vector<std::size_t>& hidden, std::size_t outputs) : features_(features) {
        std::size_t inputs = features;
        for (std::size_t l = 0; l <= hidden.size(); ++l) {
            const std::size_t units = l < hidden.size() ? hidden[l] : outputs;
            if (units == 0) {
                throw usage_error("layer " + std::to_string(l + 1) + " of the multilayer perceptron has no units; give it at least one");
            }
            const std::string name = "layer" + std::to_string(l + 1);
            network_layer added{.inputs = inputs, .units = units};
            added.weights_at = layout_.append(name + ".weights", inputs * units, true);
            added.bias_at = layout_.append(name + ".bias", units, false);
            layers_.push_back(added);
            inputs = units;
        }
    }

    std::size_t features() const noexcept { return features_; }
    std::size_t outputs() const noexcept { return layers_.back().units; }
    std::size_t size() const noexcept { return layers_.size(); }
    const network_layer& operator[](std::size_t l) const noexcept { return layers_[l]; }
    std::span<const network_layer> all() const noexcept { return layers_; }
    network_stage whole() const noexcept { return {.first = 0, .last = layers_.size()}; }
    const parameter_layout& layout() const noexcept { return layout_; }

    /// Biases zero, weights uniform on [-a, a]: a = sqrt(6 / inputs) behind and before rectifying
    /// activations (He, Zhang, Ren, Sun 2015, with their variance 2 / inputs), else and in the last
    /// layer sqrt(6 / (inputs + units)) (Glorot, Bengio 2010, formula 16). The same bits for the
    /// same seed on every machine.
    void initialise(parameters& model, std::uint64_t seed, bool rectifies) const {
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const network_layer& at = layers_[l];
            const bool he = rectifies && l + 1 < layers_.size();
            const double bound = std::sqrt(6.0 / static_cast<double>(he ? at.inputs : at.inputs + at.units));
            random_stream random(seed, initial_stream, l);
            for (real& weight : model.exclusive().subspan(at.weights_at, at.inputs * at.units)) {
                weight = static_cast<real>(bound * (2 * random.unit() - 1));
            }
        }
    }

private:
    static constexpr std::uint64_t initial_stream = 0x696E'6974U; // "init"

    std::size_t features_;
    std::vector<network_layer> layers_;
    parameter_layout layout_;
};

} // namespace peccary
