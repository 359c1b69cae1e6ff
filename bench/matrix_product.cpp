// What do the products of a network's layers cost, by Peccary's own routine and by Eigen as this
// program is compiled?
// Checked after each timing: each element against its sum in double.
#include "self_checked.hpp"

#include "peccary/core/random.hpp"
#include "peccary/objective/matrix_product.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace peccary;

namespace {

using product = void (*)(real, const matrix_operand&, const matrix_operand&, real*);

std::vector<real> random_reals(std::size_t size, std::uint64_t stream) {
    random_stream random(1, stream, 0);
    std::vector<real> values(size);
    for (real& value : values) {
        value = static_cast<real>(2 * random.unit() - 1);
    }
    return values;
}

/// A layer's matrices: rows of a batch, inputs, units.
struct layer_sizes {
    std::size_t rows;
    std::size_t inputs;
    std::size_t units;

    std::string text() const { return std::to_string(rows) + "x" + std::to_string(inputs) + "x" + std::to_string(units); }
};

/// The three products of a layer, as objective/mlp.hpp has them.
struct layer_product {
    const char* name;
    matrix_operand (*left)(const layer_sizes&, const real*);
    matrix_operand (*right)(const layer_sizes&, const real*);
};

const layer_product products[] = {
    {"scores", [](const layer_sizes& of, const real* a) { return row_major(a, of.rows, of.inputs); },
     [](const layer_sizes& of, const real* b) { return row_major(b, of.inputs, of.units); }},
    {"slopes_below", [](const layer_sizes& of, const real* a) { return row_major(a, of.rows, of.units); },
     [](const layer_sizes& of, const real* b) { return row_major(b, of.inputs, of.units).transposed(); }},
    {"weights", [](const layer_sizes& of, const real* a) { return row_major(a, of.rows, of.inputs).transposed(); },
     [](const layer_sizes& of, const real* b) { return row_major(b, of.rows, of.units); }},
};

bool holds(const matrix_operand& left, const matrix_operand& right, const std::vector<real>& out) {
    const auto at = [](const matrix_operand& of, std::size_t i, std::size_t j) {
        return double{of.data[i * of.row_stride + j * of.column_stride]};
    };
    for (std::size_t i = 0; i < left.rows; i += 5) {
        for (std::size_t j = 0; j < right.columns; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k < left.columns; ++k) {
                sum += at(left, i, k) * at(right, k, j);
            }
            if (std::abs(out[i * right.columns + j] - sum) > 1e-5 * std::sqrt(static_cast<double>(left.columns))) {
                return false;
            }
        }
    }
    return true;
}

void time_product(benchmark::State& state, product multiply_by, const layer_product& of, const layer_sizes& sizes) {
    const std::size_t most = std::max({sizes.rows * sizes.inputs, sizes.rows * sizes.units, sizes.inputs * sizes.units});
    const std::vector<real> a = random_reals(most, 1);
    const std::vector<real> b = random_reals(most, 2);
    std::vector<real> out(most);
    const matrix_operand left = of.left(sizes, a.data());
    const matrix_operand right = of.right(sizes, b.data());
    for ([[maybe_unused]] auto iteration : state) {
        multiply_by(1, left, right, out.data());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    const double operations = 2.0 * static_cast<double>(left.rows * left.columns * right.columns);
    state.counters["flop/s"] = bench::rate(static_cast<double>(state.iterations()) * operations);
    bench::require(state, holds(left, right, out), "the product differs from its sums");
}

void register_routine(const std::string& name, product multiply_by) {
    for (const layer_sizes sizes : {layer_sizes{512, 784, 128}, {64, 784, 128}, {64, 128, 128}, {64, 128, 10}}) {
        for (const layer_product& of : products) {
            const auto timed = [=](benchmark::State& state) { time_product(state, multiply_by, of, sizes); };
            bench::add(name + "/" + of.name + "/" + sizes.text(), timed)->Unit(benchmark::kMicrosecond);
        }
    }
}

void register_all() {
    register_routine("peccary", multiply);
    register_routine("eigen", product_detail::multiply_by_eigen);
}

} // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, "What do the products of a network's layers cost, by Peccary's routine and by Eigen?", register_all);
}
