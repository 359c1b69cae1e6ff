// Products of matrices, by the routine for this processor and by the portable one, against sums in
// double.
#include "catch.hpp"

#include "peccary/core/random.hpp"
#include "peccary/objective/matrix_product.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using peccary::matrix_operand;
using peccary::real;
using peccary::row_major;

namespace {

using product = void (*)(real, const matrix_operand&, const matrix_operand&, real*);

struct named_product {
    std::string name;
    product multiply;
};

/// With the registers of AVX2, where `peccary::multiply` may have wider ones.
void multiply_by_avx2(real factor, const matrix_operand& left, const matrix_operand& right, real* out) {
#if PECCARY_WIDE_PRODUCT
    if (peccary::product_detail::wide_product::runs_here()) {
        peccary::product_detail::wide_product::multiply(factor, left, right, out, false);
        return;
    }
#endif
    peccary::multiply(factor, left, right, out);
}

const std::array products{named_product{"of this processor", peccary::multiply}, named_product{"by AVX2", multiply_by_avx2},
                          named_product{"portable", peccary::product_detail::multiply_by_eigen}};

std::vector<real> random_reals(std::size_t size, std::uint64_t stream) {
    peccary::random_stream random(1, stream, 0);
    std::vector<real> values(size);
    for (real& value : values) {
        value = static_cast<real>(2 * random.unit() - 1);
    }
    return values;
}

real element(const matrix_operand& of, std::size_t row, std::size_t column) {
    return of.data[row * of.row_stride + column * of.column_stride];
}

/// A matrix of this shape as a part of a larger one, as it stands or as the transpose of one that
/// does.
struct made_operand {
    std::vector<real> memory;
    matrix_operand operand;

    made_operand(std::size_t rows, std::size_t columns, bool transposed, std::uint64_t stream) {
        const std::size_t lines = transposed ? columns : rows;
        const std::size_t length = transposed ? rows : columns;
        const std::size_t stride = length + 3;
        memory = random_reals(lines * stride, stream);
        const matrix_operand stands{.data = memory.data(), .rows = lines, .columns = length, .row_stride = stride};
        operand = transposed ? stands.transposed() : stands;
    }
};

void check_product(const named_product& of, const matrix_operand& left, const matrix_operand& right) {
    constexpr real untouched = 12345;
    std::vector<real> out(left.rows * right.columns + 32, untouched);
    of.multiply(real{0.5}, left, right, out.data());
    for (std::size_t i = 0; i < left.rows; ++i) {
        for (std::size_t j = 0; j < right.columns; ++j) {
            double sum = 0;
            double largest = 0;
            for (std::size_t k = 0; k < left.columns; ++k) {
                const double term = double{element(left, i, k)} * element(right, k, j);
                sum += term;
                largest += std::abs(term);
            }
            REQUIRE(std::abs(out[i * right.columns + j] - 0.5 * sum) <= 1e-6 * largest);
        }
    }
    CHECK(std::all_of(out.end() - 32, out.end(), [](real value) { return value == untouched; }));
}

} // namespace

TEST_CASE("products are the sums that they stand for, whatever the shape and whichever operand is transposed") {
    // Around the sizes of tiles and panels: remainders of each, and sums longer than a panel is
    // deep, which it is less under wide transposes.
    constexpr std::size_t shapes[][3] = {{1, 1, 1},     {5, 7, 3},    {6, 16, 16}, {7, 16, 17},   {12, 10, 33},
                                         {13, 128, 31}, {64, 9, 1},   {1, 40, 64}, {3, 256, 16},  {11, 257, 5},
                                         {17, 300, 48}, {2, 600, 20}, {5, 7, 32},  {300, 225, 9}, {1100, 67, 16}};
    for (const named_product& of : products) {
        for (const auto& [rows, inner, columns] : shapes) {
            for (const bool left_transposed : {false, true}) {
                for (const bool right_transposed : {false, true}) {
                    CAPTURE(of.name, rows, inner, columns, left_transposed, right_transposed);
                    const made_operand left(rows, inner, left_transposed, 1);
                    const made_operand right(inner, columns, right_transposed, 2);
                    check_product(of, left.operand, right.operand);
                }
            }
        }
    }
}

TEST_CASE("wider registers give the same bits") {
    const made_operand left(29, 300, false, 1);
    const made_operand right(300, 75, false, 2);
    std::vector<real> by_avx2(std::size_t{29} * 75);
    std::vector<real> here = by_avx2;
    multiply_by_avx2(real{0.5}, left.operand, right.operand, by_avx2.data());
    peccary::multiply(real{0.5}, left.operand, right.operand, here.data());
    CHECK(here == by_avx2);
}

TEST_CASE("a product over nothing is zero") {
    for (const named_product& of : products) {
        std::vector<real> out(6, real{7});
        of.multiply(1, row_major(out.data(), 2, 0), row_major(out.data(), 0, 3), out.data());
        CHECK(out == std::vector<real>(6));
    }
}

TEST_CASE("what is not finite stays so, in its row only") {
    for (const named_product& of : products) {
        CAPTURE(of.name);
        std::vector<real> left = random_reals(std::size_t{9} * 20, 1);
        const std::vector<real> right = random_reals(std::size_t{20} * 10, 2);
        left[4 * 20 + 7] = NAN;
        std::vector<real> out(std::size_t{9} * 10);
        of.multiply(1, row_major(left.data(), 9, 20), row_major(right.data(), 20, 10), out.data());
        for (std::size_t i = 0; i < out.size(); ++i) {
            CHECK(std::isfinite(out[i]) == (i / 10 != 4));
        }
    }
}

TEST_CASE("the bits of a row do not depend on the rows beside it, where that is promised") {
    if (!peccary::rows_are_independent()) {
        WARN("products are Eigen's here");
        return;
    }
    constexpr std::size_t rows = 23;
    constexpr std::size_t inner = 300;
    constexpr std::size_t columns = 21;
    for (const bool left_transposed : {false, true}) {
        CAPTURE(left_transposed);
        const made_operand left(rows, inner, left_transposed, 1);
        const made_operand right(inner, columns, false, 2);
        std::vector<real> whole(rows * columns);
        peccary::multiply(1, left.operand, right.operand, whole.data());
        std::vector<real> parts(rows * columns);
        for (std::size_t first = 0, size = 1; first < rows; first += size, ++size) {
            matrix_operand part = left.operand;
            part.data += first * part.row_stride;
            part.rows = std::min(size, rows - first);
            peccary::multiply(1, part, right.operand, parts.data() + first * columns);
        }
        CHECK(parts == whole);
    }
}
