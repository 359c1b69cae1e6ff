// The product of two dense matrices: what a network's time is spent on.
#pragma once

#include "peccary/core/sanitizer.hpp"
#include "peccary/core/types.hpp"

#include <Eigen/Core>

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
#endif

namespace peccary {

/// A dense matrix that is somebody else's: element (i, j) is `data[i * row_stride + j * column_stride]`, and one of the strides is 1.
struct matrix_operand {
    const real* data = nullptr;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t row_stride = 0;
    std::size_t column_stride = 1;

    matrix_operand transposed() const noexcept {
        return {.data = data, .rows = columns, .columns = rows, .row_stride = column_stride, .column_stride = row_stride};
    }
};

/// All elements, row by row.
inline matrix_operand row_major(const real* data, std::size_t rows, std::size_t columns) noexcept {
    return {.data = data, .rows = rows, .columns = columns, .row_stride = columns};
}

namespace product_detail {

/// out = factor * left * right, by Eigen, for any processor.
inline void multiply_by_eigen(real factor, const matrix_operand& left, const matrix_operand& right, real* out) {
    using Eigen::Dynamic;
    using row_major_map = Eigen::Map<const Eigen::Matrix<real, Dynamic, Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>>;
    using column_major_map = Eigen::Map<const Eigen::Matrix<real, Dynamic, Dynamic, Eigen::ColMajor>, 0, Eigen::OuterStride<>>;
    const auto index = [](std::size_t size) { return static_cast<Eigen::Index>(size); };
    const auto with_map = [&](const matrix_operand& of, auto visit) {
        if (of.column_stride == 1) {
            visit(row_major_map(of.data, index(of.rows), index(of.columns), Eigen::OuterStride<>(index(of.row_stride))));
        } else {
            visit(column_major_map(of.data, index(of.rows), index(of.columns), Eigen::OuterStride<>(index(of.column_stride))));
        }
    };
    Eigen::Map<Eigen::Matrix<real, Dynamic, Dynamic, Eigen::RowMajor>> product(out, index(left.rows), index(right.columns));
    with_map(left, [&](const auto& a) { with_map(right, [&](const auto& b) { product.noalias() = factor * a * b; }); });
}

#if PECCARY_WIDE_PRODUCT

/// The same for processors with AVX2 and FMA, whatever the program is compiled for, and faster still with AVX-512.
///
/// Considerations. The inner loop holds a tile of 6 x 16 sums in twelve registers, and adds to it the products of six elements of a column of
/// `left` with sixteen of a row of `right`, which lie beside each other in a panel that was copied before (Goto, van de Geijn 2008). A panel of
/// up to 256 rows fits the first cache beside the rows of `left`, or, twice as wide, most of it. That is all: operands of networks are small, so nothing is blocked for further
/// caches, and `left`, of which six streams are read, needs no copy. Tiles of 12 x 32 sums in 512-bit registers gain nothing on AMD Zen 5, in a virtual
/// machine that runs them in halves, but much on Intel's processors (docs/experiments.md); what is left of 32 columns goes by the narrower tiles if it
/// is no more than theirs. An element's products are added in one order, whatever the number of rows, if only strides are the same: rows can be shared out among
/// workers without a change of bits.
class wide_product {
public:
    static bool runs_here() noexcept {
        static const bool supported = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
        return supported;
    }

    // NOLINTNEXTLINE(readability-non-const-parameter): tiles write to `out`
    static void multiply(real factor, const matrix_operand& left, const matrix_operand& right, real* out) {
        static const bool wider = __builtin_cpu_supports("avx512f") != 0;
        multiply(factor, left, right, out, wider);
    }

    /// `wider`: by AVX-512, which the processor must have.
    // NOLINTNEXTLINE(readability-non-const-parameter): tiles write to `out`
    static void multiply(real factor, const matrix_operand& left, const matrix_operand& right, real* out, bool wider) {
        alignas(cache_line) std::array<real, most_depth * wide_tile::width> panel;
        const std::size_t depth = depth_for(left);
        for (std::size_t from = 0; from < std::max<std::size_t>(1, left.columns); from += depth) {
            const std::size_t length = std::min(depth, left.columns - from);
            const auto add_columns = [&]<class Tile>(std::size_t column, Tile /*tile*/) {
                const std::size_t width = std::min(Tile::width, right.columns - column);
                const real* const corner = right.data + from * right.row_stride + column * right.column_stride;
                copy_panel<Tile::width>(right, corner, length, width, panel.data());
                const tile_place first{.left = left.data + from * left.column_stride,
                                       .row_stride = left.row_stride,
                                       .column_stride = left.column_stride,
                                       .panel = panel.data(),
                                       .length = length,
                                       .out = out + column,
                                       .out_stride = right.columns,
                                       .width = width,
                                       .factor = factor,
                                       .adds = from > 0};
                std::size_t row = 0;
                for (; row + Tile::rows <= left.rows; row += Tile::rows) {
                    Tile::template add<Tile::rows>(first.moved_down(row));
                }
                add_last_tile<Tile, Tile::rows - 1>(first.moved_down(row), left.rows - row);
                return width;
            };
            for (std::size_t column = 0; column < right.columns;) {
                column += wider && right.columns - column > tile::width ? add_columns(column, wide_tile()) : add_columns(column, tile());
            }
        }
    }

private:
    static constexpr std::size_t most_depth = 256;

    /// Rows of a panel. Where `left` is a transpose, a tile meets a new line with each of them, far from the last: so many that they lie within the 64
    /// pages that a processor has at hand, but not so few that sums are added up in memory too often.
    static std::size_t depth_for(const matrix_operand& left) noexcept {
        constexpr std::size_t least = 64;
        constexpr std::size_t page = 4096 / sizeof(real);
        constexpr std::size_t reach = 64 * page;
        return std::clamp(reach / std::max<std::size_t>(1, left.column_stride), least, most_depth);
    }

    /// Where a tile of sums belongs.
    struct tile_place {
        const real* left;
        std::size_t row_stride;
        std::size_t column_stride;
        const real* panel;
        std::size_t length; ///< of the sums
        real* out;
        std::size_t out_stride;
        std::size_t width; ///< of the panel's columns, those that exist
        real factor;
        bool adds; ///< to what earlier panels have left in `out`

        tile_place moved_down(std::size_t rows) const noexcept {
            tile_place moved = *this;
            moved.left += rows * row_stride;
            moved.out += rows * out_stride;
            return moved;
        }
    };

    static constexpr std::size_t block = 4;

    /// The transpose of a block of 4 x 4 whose rows are `stride` apart, to a panel of rows of `Width`.
    template <std::size_t Width>
    [[gnu::target("avx2,fma")]] static void copy_transposed(const real* from, std::size_t stride, real* to) noexcept {
        __m128 row0 = _mm_loadu_ps(from);
        __m128 row1 = _mm_loadu_ps(from + stride);
        __m128 row2 = _mm_loadu_ps(from + 2 * stride);
        __m128 row3 = _mm_loadu_ps(from + 3 * stride);
        _MM_TRANSPOSE4_PS(row0, row1, row2, row3);
        _mm_store_ps(to, row0);
        _mm_store_ps(to + Width, row1);
        _mm_store_ps(to + 2 * Width, row2);
        _mm_store_ps(to + 3 * Width, row3);
    }

    /// Row by row, with zeros for the columns that do not exist.
    template <std::size_t Width>
    [[gnu::target("avx2,fma")]] static void copy_panel(const matrix_operand& right, const real* from, std::size_t length, std::size_t width,
                                                       real* to) noexcept {
        constexpr std::size_t lanes = 8;
        if (right.column_stride == 1 && width == Width) {
            for (std::size_t k = 0; k < length; ++k, from += right.row_stride, to += Width) {
                for (std::size_t j = 0; j < Width; j += lanes) {
                    _mm256_store_ps(to + j, _mm256_loadu_ps(from + j));
                }
            }
            return;
        }
        std::size_t k = 0;
        if (right.row_stride == 1 && width == Width) {
            for (; k + block <= length; k += block, from += block, to += block * Width) {
                for (std::size_t j = 0; j < Width; j += block) {
                    copy_transposed<Width>(from + j * right.column_stride, right.column_stride, to + j);
                }
            }
        }
        for (; k < length; ++k, from += right.row_stride, to += Width) {
            for (std::size_t j = 0; j < Width; ++j) {
                to[j] = j < width ? from[j * right.column_stride] : real{0};
            }
        }
    }

    /// Sums in registers of AVX2.
    struct tile {
        static constexpr std::size_t lanes = 8;
        static constexpr std::size_t width = 2 * lanes;
        static constexpr std::size_t rows = 6;

        template <std::size_t Rows>
        [[gnu::target("avx2,fma")]] static void add(const tile_place& at) noexcept {
            struct two {
                __m256 first;
                __m256 second;
            };
            std::array<two, Rows> sums;
            // All loops over the sums are unrolled, else g++ keeps them in memory, at half the speed.
#pragma GCC unroll 6
            for (std::size_t i = 0; i < Rows; ++i) {
                sums[i] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
            }
            const real* left = at.left;
            const real* panel = at.panel;
            for (std::size_t k = 0; k < at.length; ++k, left += at.column_stride, panel += width) {
                const __m256 right0 = _mm256_load_ps(panel);
                const __m256 right1 = _mm256_load_ps(panel + lanes);
#pragma GCC unroll 6
                for (std::size_t i = 0; i < Rows; ++i) {
                    const __m256 all = _mm256_set1_ps(left[i * at.row_stride]);
                    sums[i].first = _mm256_fmadd_ps(all, right0, sums[i].first);
                    sums[i].second = _mm256_fmadd_ps(all, right1, sums[i].second);
                }
            }
            const __m256 factor = _mm256_set1_ps(at.factor);
            alignas(cache_line) std::array<real, width> beside;
#pragma GCC unroll 6
            for (std::size_t i = 0; i < Rows; ++i) {
                real* const row = at.out + i * at.out_stride;
                real* const to = at.width == width ? row : beside.data();
                if (to != row && at.adds) {
                    std::copy_n(row, at.width, to);
                }
                const __m256 before0 = at.adds ? _mm256_loadu_ps(to) : _mm256_setzero_ps();
                const __m256 before1 = at.adds ? _mm256_loadu_ps(to + lanes) : _mm256_setzero_ps();
                _mm256_storeu_ps(to, _mm256_fmadd_ps(factor, sums[i].first, before0));
                _mm256_storeu_ps(to + lanes, _mm256_fmadd_ps(factor, sums[i].second, before1));
                if (to != row) {
                    std::copy_n(to, at.width, row);
                }
            }
        }
    };

    /// The same with those of AVX-512, of which there are twice as many, twice as wide. (A function is compiled for one target, so that it is written twice.)
    struct wide_tile {
        static constexpr std::size_t lanes = 16;
        static constexpr std::size_t width = 2 * lanes;
        static constexpr std::size_t rows = 12;

        template <std::size_t Rows>
        [[gnu::target("avx512f")]] static void add(const tile_place& at) noexcept {
            struct two {
                __m512 first;
                __m512 second;
            };
            std::array<two, Rows> sums;
            // All loops over the sums are unrolled, else g++ keeps them in memory, at half the speed.
#pragma GCC unroll 12
            for (std::size_t i = 0; i < Rows; ++i) {
                sums[i] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
            }
            const real* left = at.left;
            const real* panel = at.panel;
            for (std::size_t k = 0; k < at.length; ++k, left += at.column_stride, panel += width) {
                const __m512 right0 = _mm512_load_ps(panel);
                const __m512 right1 = _mm512_load_ps(panel + lanes);
#pragma GCC unroll 12
                for (std::size_t i = 0; i < Rows; ++i) {
                    const __m512 all = _mm512_set1_ps(left[i * at.row_stride]);
                    sums[i].first = _mm512_fmadd_ps(all, right0, sums[i].first);
                    sums[i].second = _mm512_fmadd_ps(all, right1, sums[i].second);
                }
            }
            const __m512 factor = _mm512_set1_ps(at.factor);
            alignas(cache_line) std::array<real, width> beside;
#pragma GCC unroll 12
            for (std::size_t i = 0; i < Rows; ++i) {
                real* const row = at.out + i * at.out_stride;
                real* const to = at.width == width ? row : beside.data();
                if (to != row && at.adds) {
                    std::copy_n(row, at.width, to);
                }
                const __m512 before0 = at.adds ? _mm512_loadu_ps(to) : _mm512_setzero_ps();
                const __m512 before1 = at.adds ? _mm512_loadu_ps(to + lanes) : _mm512_setzero_ps();
                _mm512_storeu_ps(to, _mm512_fmadd_ps(factor, sums[i].first, before0));
                _mm512_storeu_ps(to + lanes, _mm512_fmadd_ps(factor, sums[i].second, before1));
                if (to != row) {
                    std::copy_n(to, at.width, row);
                }
            }
        }
    };

    /// A tile of `rows` rows, up to `Most`.
    template <class Tile, std::size_t Most>
    static void add_last_tile(const tile_place& at, std::size_t rows) noexcept {
        if constexpr (Most > 0) {
            if (rows == Most) {
                Tile::template add<Most>(at);
            } else {
                add_last_tile<Tile, Most - 1>(at, rows);
            }
        }
    }
};

#endif

} // namespace product_detail

/// out = factor * left * right; `out` is row-major, left.rows x right.columns, and overlaps neither. `left.columns` equals `right.rows`.
/// The bits of a row of `out` may depend on the processor. Thread-safety: reentrant.
inline void multiply(real factor, const matrix_operand& left, const matrix_operand& right, real* out) {
#if PECCARY_WIDE_PRODUCT
    if (product_detail::wide_product::runs_here()) {
        product_detail::wide_product::multiply(factor, left, right, out);
        return;
    }
#endif
    product_detail::multiply_by_eigen(factor, left, right, out);
}

/// Whether the bits of a row of a product are the same whatever rows `left` has beside it; its strides stay the same.
inline bool rows_are_independent() noexcept {
#if PECCARY_WIDE_PRODUCT
    return product_detail::wide_product::runs_here();
#else
    return false;
#endif
}

} // namespace peccary
