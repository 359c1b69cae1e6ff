// The product of two dense matrices by AVX2 or AVX-512, whatever the program is compiled for.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/objective/matrix_operand.hpp"
#include "peccary/objective/product_tile.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#if PECCARY_WIDE_PRODUCT
#include <immintrin.h>

namespace peccary::product_detail {

/// out = factor * left * right, for processors with AVX2 and FMA, and faster still with AVX-512.
///
/// Considerations. The inner loop holds a tile of 6 x 16 sums in twelve registers. It adds to it
/// the products of six elements of a column of `left` with sixteen of a row of `right`. Those
/// sixteen lie beside each other in a panel that was copied before (Goto, van de Geijn 2008). A
/// panel of up to 256 rows fits the first cache beside the rows of `left`, or, twice as wide, takes
/// most of it.
///
/// Operands of networks are small, so nothing is blocked for further caches. `left` is read in six
/// streams and needs no copy.
///
/// Tiles of 12 x 32 sums in 512-bit registers gain nothing on AMD Zen 5, in a virtual machine that
/// runs them in halves, but much on Intel's processors (docs/experiments.md). What is left of 32
/// columns goes by the narrower tiles if it is no more than theirs.
///
/// An element's products are added in one order, whatever the number of rows, if only strides are
/// the same. So workers can share out rows without a change of bits.
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
        alignas(cache_line) std::array<real, most_depth * avx512_tile::width> panel;
        const std::size_t depth = depth_for(left);
        for (std::size_t from = 0; from < (std::max<std::size_t>)(1, left.columns); from += depth) {
            const std::size_t length = (std::min)(depth, left.columns - from);
            const auto add_columns = [&]<class Tile>(std::size_t column, Tile /*tile*/) {
                const std::size_t width = (std::min)(Tile::width, right.columns - column);
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
                const bool by_wider = wider && right.columns - column > avx2_tile::width;
                column += by_wider ? add_columns(column, avx512_tile()) : add_columns(column, avx2_tile());
            }
        }
    }

private:
    static constexpr std::size_t most_depth = 256;

    /// How many rows a panel has. Where `left` is a transpose, each of them takes a tile to a new
    /// cache line, far from the last. So a panel has as many as lie within the 64 pages that a
    /// processor has at hand, but not so few that tiles add to sums in memory too often.
    static std::size_t depth_for(const matrix_operand& left) noexcept {
        constexpr std::size_t least = 64;
        constexpr std::size_t page = 4096 / sizeof(real);
        constexpr std::size_t reach = 64 * page;
        return std::clamp(reach / (std::max<std::size_t>)(1, left.column_stride), least, most_depth);
    }

    static constexpr std::size_t block = 4;

    /// Copies the transpose of a block of 4 x 4, whose rows are `stride` apart, to a panel whose
    /// rows are `Width` apart.
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

    /// Copies row by row, with zeros for the columns that do not exist.
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

    /// Adds to a tile of `rows` rows, at most `Most`.
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

} // namespace peccary::product_detail

#endif
