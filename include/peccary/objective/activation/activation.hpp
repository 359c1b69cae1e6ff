// The contract of activations: the nonlinear functions between the layers of a network.
#pragma once

#include "peccary/core/types.hpp"

#include <Eigen/Core>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace peccary {

struct activation_info {
    std::string_view name;
    std::string_view formula;
    /// about half of its inputs come out as zero, so that weights begin as He et al. 2015 have
    /// them, else as Glorot and Bengio
    bool rectifies;
};

/// An activation f, applied to each element of a block. All functions are pure and pass NaN on, so
/// that divergence is seen behind them.
///   apply(sums, activations)               activations[i] = f(sums[i])
///   chain(sums, activations, slopes)       slopes[i] *= f'(sums[i]), with
///                                          activations[i] = f(sums[i]) at hand
/// Blocks rather than single values, since exp and tanh are ten times as fast in vector registers.
/// The spans are equally long.
template <class Activation>
concept activation = requires(std::span<const real> sums, std::span<real> to) {
    { Activation::info } -> std::convertible_to<activation_info>;
    {Activation::apply(sums, to)};
    {Activation::chain(sums, sums, to)};
};

/// Blocks as Eigen sees them, for whoever implements an activation.
using const_array_view = Eigen::Map<const Eigen::Array<real, Eigen::Dynamic, 1>>;
using array_view = Eigen::Map<Eigen::Array<real, Eigen::Dynamic, 1>>;

inline const_array_view array_of(std::span<const real> block) noexcept { return {block.data(), static_cast<Eigen::Index>(block.size())}; }
inline array_view array_of(std::span<real> block) noexcept { return {block.data(), static_cast<Eigen::Index>(block.size())}; }

} // namespace peccary
