// A tile of a matrix product: sums in registers of AVX2 or AVX-512, to which a panel is added.
#pragma once

#include "peccary/core/sanitizer.hpp"
#include "peccary/core/types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

// ThreadSanitizer misses races in wide vector code, so under it products are Eigen's.
#if defined(__x86_64__) && defined(__GNUC__) && !PECCARY_UNDER_THREAD_SANITIZER
#define PECCARY_WIDE_PRODUCT 1
#else
#define PECCARY_WIDE_PRODUCT 0
#endif

#if PECCARY_WIDE_PRODUCT
#include <immintrin.h>

namespace peccary::product_detail {

/// Where a tile of sums belongs.
struct tile_place {
    const real* left; ///< the tile's first row of the left matrix, at the panel's first row
    std::size_t row_stride;
    std::size_t column_stride;
    const real* panel;
    std::size_t length; ///< of the sums: the panel's rows
    real* out;
    std::size_t out_stride;
    std::size_t width; ///< how many of the panel's columns exist
    real factor;
    bool adds; ///< to what earlier panels have left in `out`

    tile_place moved_down(std::size_t rows) const noexcept {
        tile_place moved = *this;
        moved.left += rows * row_stride;
        moved.out += rows * out_stride;
        return moved;
    }
};

/// A row of a tile, in two registers of AVX2.
struct avx2_row {
    static constexpr std::size_t lanes = 8;
    static constexpr std::size_t width = 2 * lanes;

    __m256 first;
    __m256 second;

    [[gnu::target("avx2,fma")]] void clear() noexcept { first = second = _mm256_setzero_ps(); }
    [[gnu::target("avx2,fma")]] void load(const real* from) noexcept {
        first = _mm256_loadu_ps(from);
        second = _mm256_loadu_ps(from + lanes);
    }
    [[gnu::target("avx2,fma")]] void store(real* to) const noexcept {
        _mm256_storeu_ps(to, first);
        _mm256_storeu_ps(to + lanes, second);
    }
    [[gnu::target("avx2,fma")]] void add_product(real factor, const avx2_row& row) noexcept {
        const __m256 all = _mm256_set1_ps(factor);
        first = _mm256_fmadd_ps(all, row.first, first);
        second = _mm256_fmadd_ps(all, row.second, second);
    }
};

/// A row of a tile, in two registers of AVX-512.
struct avx512_row {
    static constexpr std::size_t lanes = 16;
    static constexpr std::size_t width = 2 * lanes;

    __m512 first;
    __m512 second;

    [[gnu::target("avx512f")]] void clear() noexcept { first = second = _mm512_setzero_ps(); }
    [[gnu::target("avx512f")]] void load(const real* from) noexcept {
        first = _mm512_loadu_ps(from);
        second = _mm512_loadu_ps(from + lanes);
    }
    [[gnu::target("avx512f")]] void store(real* to) const noexcept {
        _mm512_storeu_ps(to, first);
        _mm512_storeu_ps(to + lanes, second);
    }
    [[gnu::target("avx512f")]] void add_product(real factor, const avx512_row& row) noexcept {
        const __m512 all = _mm512_set1_ps(factor);
        first = _mm512_fmadd_ps(all, row.first, first);
        second = _mm512_fmadd_ps(all, row.second, second);
    }
};

/// Adds the products of a panel to a tile of `Rows` rows, with the registers of a `Row`.
///
/// A function is compiled for one target, and this one for none in particular. So it is inlined
/// into a function of each target, which inlines the operations of `Row` in turn (`flatten`):
/// compilers inline what asks for less than the caller has, never what asks for more.
template <class Row, std::size_t Rows>
[[gnu::always_inline]] inline void add_to_tile(const tile_place& at) noexcept {
    std::array<Row, Rows> sums;
    // All loops over the sums are unrolled, else g++ keeps them in memory, at half the speed.
#pragma GCC unroll 12
    for (std::size_t i = 0; i < Rows; ++i) {
        sums[i].clear();
    }
    const real* left = at.left;
    const real* panel = at.panel;
    for (std::size_t k = 0; k < at.length; ++k, left += at.column_stride, panel += Row::width) {
        Row right;
        right.load(panel);
#pragma GCC unroll 12
        for (std::size_t i = 0; i < Rows; ++i) {
            sums[i].add_product(left[i * at.row_stride], right);
        }
    }
    alignas(cache_line) std::array<real, Row::width> beside;
#pragma GCC unroll 12
    for (std::size_t i = 0; i < Rows; ++i) {
        real* const row = at.out + i * at.out_stride;
        real* const to = at.width == Row::width ? row : beside.data();
        if (to != row && at.adds) {
            std::copy_n(row, at.width, to);
        }
        Row result;
        if (at.adds) {
            result.load(to);
        } else {
            result.clear();
        }
        result.add_product(at.factor, sums[i]);
        result.store(to);
        if (to != row) {
            std::copy_n(to, at.width, row);
        }
    }
}

/// 6 x 16 sums, in twelve of the sixteen registers of AVX2.
struct avx2_tile {
    static constexpr std::size_t rows = 6;
    static constexpr std::size_t width = avx2_row::width;

    template <std::size_t Rows>
    [[gnu::target("avx2,fma"), gnu::flatten]] static void add(const tile_place& at) noexcept {
        add_to_tile<avx2_row, Rows>(at);
    }
};

/// 12 x 32 sums, in registers of AVX-512, of which there are twice as many, twice as wide.
struct avx512_tile {
    static constexpr std::size_t rows = 12;
    static constexpr std::size_t width = avx512_row::width;

    template <std::size_t Rows>
    [[gnu::target("avx512f"), gnu::flatten]] static void add(const tile_place& at) noexcept {
        add_to_tile<avx512_row, Rows>(at);
    }
};

} // namespace peccary::product_detail

#endif
