// A named array of reals with a shape: what model and checkpoint files are made of.
#pragma once

#include "peccary/core/types.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

/// `values` are row-major: the last extent of `shape` varies fastest. Their number is the product
/// of the extents.
struct tensor {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::vector<real> values;

    bool operator==(const tensor&) const = default;
};

/// The same without ownership, for writing.
struct tensor_view {
    std::string_view name;
    std::span<const std::uint64_t> shape;
    std::span<const real> values;

    tensor_view(std::string_view its_name, std::span<const std::uint64_t> its_shape, std::span<const real> its_values) noexcept
        : name(its_name), shape(its_shape), values(its_values) {}
    tensor_view(const tensor& owner) noexcept : tensor_view(owner.name, owner.shape, owner.values) {} // NOLINT(google-explicit-constructor)
};

} // namespace peccary
