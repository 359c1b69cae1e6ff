// The scalar and index types of the toolkit, and the one constant for cache-line separation.
#pragma once

#include "peccary/core/compiler.hpp"

#include <cstddef>
#include <cstdint>

namespace peccary {

/// A parameter, a feature value, a step size: 4 bytes, accessed atomically by one instruction.
using real = float;

/// A feature, counted from 0. The largest legal value is `max_index`.
using feature_index = std::uint32_t;

/// An example's position in its data set, counted from 0.
using row_index = std::uint32_t;

/// 2^32 - 2, so that "one past the last feature" still fits into a `feature_index`.
inline constexpr feature_index max_index = 0xFFFF'FFFEU;

/// Distance that keeps two workers' private state from sharing a cache line. x86 fetches lines of
/// 64 bytes in adjacent pairs (the "spatial" prefetcher), and Apple and POWER cores have lines of
/// 128 bytes, so neighbours must stay two x86 lines apart.
/// `std::hardware_destructive_interference_size` is absent from clang 14 and varies with -mtune,
/// which would break the ABI.
inline constexpr std::size_t cache_line = 128;

} // namespace peccary
