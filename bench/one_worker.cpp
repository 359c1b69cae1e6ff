// What does `sequential` cost over a bare loop of the same arithmetic? One epoch of each in
// alternation, on a LIBSVM file.
// First checked: after as many epochs both have the same weights.
#include "alternating.hpp"

#include "peccary/core/stopwatch.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/libsvm.hpp"
#include "peccary/data/labels.hpp"
#include "peccary/data/split.hpp"
#include "peccary/data/visiting_order.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/scheme/sequential.hpp"
#include "peccary/train/trainer.hpp"

#include <cmath>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace peccary;

namespace {

constexpr std::uint64_t seed = 1;

/// Small enough that rounding does not grow from update to update, and the weights can be compared.
double harmless_step(const sparse_view& data) {
    double squares = 0;
    for (const real value : data.values) {
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    return 0.1 * static_cast<double>(data.size()) / squares;
}

/// The weights w = scale * v under l2, as an update shrinks them.
struct scaled_weights {
    std::vector<real> v;
    double step;
    double shrink;
    double scale = 1;

    scaled_weights(std::size_t size, double first_step, double l2) : v(size), step(first_step), shrink(1 / (1 + step * l2)) {}

    void settle() {
        for (real& weight : v) {
            weight *= static_cast<real>(scale);
        }
        scale = 1;
    }
};

/// One pass of a linear model. Four sums, since one would wait for itself at every nonzero.
template <class Loss>
void bare_pass(const sparse_view& data, const std::vector<row_index>& order, scaled_weights& weights) {
    real* const v = weights.v.data();
    double scale = weights.scale;
    for (const row_index id : order) {
        const std::uint64_t end = data.offsets[id + 1];
        std::uint64_t k = data.offsets[id];
        real sum[4] = {};
        for (; k + 4 <= end; k += 4) {
            sum[0] += v[data.indices[k]] * data.values[k];
            sum[1] += v[data.indices[k + 1]] * data.values[k + 1];
            sum[2] += v[data.indices[k + 2]] * data.values[k + 2];
            sum[3] += v[data.indices[k + 3]] * data.values[k + 3];
        }
        for (; k < end; ++k) {
            sum[0] += v[data.indices[k]] * data.values[k];
        }
        const real score = static_cast<real>(scale) * ((sum[0] + sum[1]) + (sum[2] + sum[3]));
        const real slope = Loss::derivative(score, data.targets[id]);
        if (slope != 0) {
            const auto change = static_cast<real>(-weights.step * static_cast<double>(slope) / scale);
            for (k = data.offsets[id]; k < end; ++k) {
                v[data.indices[k]] += change * data.values[k];
            }
        }
        scale *= weights.shrink;
    }
    weights.scale = scale;
}

/// One pass of softmax regression; weights in rows of features.
void bare_softmax_pass(const sparse_view& data, const std::vector<row_index>& order, scaled_weights& weights, std::size_t classes) {
    real* const v = weights.v.data();
    std::vector<real> slopes(classes);
    double scale = weights.scale;
    for (const row_index id : order) {
        std::ranges::fill(slopes, real{0});
        for (std::uint64_t k = data.offsets[id]; k < data.offsets[id + 1]; ++k) {
            const real* const row = v + (data.indices[k] * classes);
            for (std::size_t c = 0; c < classes; ++c) {
                slopes[c] += data.values[k] * row[c];
            }
        }
        const real largest = std::ranges::max(slopes);
        real sum = 0;
        for (real& slope : slopes) {
            slope = std::exp(static_cast<real>(scale) * (slope - largest));
            sum += slope;
        }
        for (real& slope : slopes) {
            slope /= sum;
        }
        slopes[static_cast<std::size_t>(data.targets[id])] -= 1;
        for (std::uint64_t k = data.offsets[id]; k < data.offsets[id + 1]; ++k) {
            real* const row = v + (data.indices[k] * classes);
            const auto change = static_cast<real>(-weights.step * static_cast<double>(data.values[k]) / scale);
            for (std::size_t c = 0; c < classes; ++c) {
                row[c] += change * slopes[c];
            }
        }
        scale *= weights.shrink;
    }
    weights.scale = scale;
}

void require_same(const std::vector<real>& bare, std::span<const real> trained, std::string_view name) {
    double difference = 0;
    double size = 0;
    for (std::size_t j = 0; j < bare.size(); ++j) {
        difference += std::pow(static_cast<double>(bare[j]) - static_cast<double>(trained[j]), 2);
        size += std::pow(static_cast<double>(bare[j]), 2);
    }
    if (!(difference <= 1e-6 * size)) {
        throw std::runtime_error(std::string(name) + ": the bare loop and `sequential` trained different weights");
    }
}

/// Prints a line of the table. `bare` makes one pass over an order of rows.
template <class Objective, class Bare>
void compare(const Objective& objective, const sparse_view& data, std::size_t classes, std::size_t rounds, Bare bare) {
    const std::vector<row_index> rows = all_rows(data.size());
    stop_flag never;
    const double step = harmless_step(data);
    const train_settings settings{
        .workers = 1, .epochs = rounds + 1, .step = step, .schedule = "constant", .seed = seed, .staleness = staleness_mode::off};
    trainer<sequential, Objective, sparse_view> run(objective, data, rows, settings, never);
    scaled_weights weights(data.features() * classes, step, run.l2());
    std::vector<row_index> order;
    bench::timings bare_times;
    bench::timings trained_times;
    for (std::size_t round = 0; round <= rounds; ++round) {
        visiting_order::draw(rows, seed, round, order);
        const stopwatch bare_watch;
        bare(order, weights);
        bare_times.push_back(bare_watch.seconds());
        weights.settle();
        const double before = run.position().train_seconds;
        run.run_epoch();
        trained_times.push_back(run.position().train_seconds - before);
        if (round == 0) {
            require_same(weights.v, run.model().exclusive(run.model().layout().find("weights")), Objective::info.name);
            bare_times.clear(); // the first round warms up
            trained_times.clear();
        }
    }
    const double visits = static_cast<double>(data.nonzeros()) * static_cast<double>(classes) / 1e9;
    const bench::spread ratio = bench::ratio(trained_times, bare_times);
    std::cout << "| " << Objective::info.name << " | " << bench::spread_of(bare_times).median / visits << " | "
              << bench::spread_of(trained_times).median / visits << " | " << ratio.median << " (" << ratio.lowest << " to " << ratio.highest
              << ") |" << std::endl;
}

template <class Loss>
void compare_linear(const sparse_view& data, std::size_t rounds) {
    compare(linear<Loss>(data.features(), false), data, 1, rounds,
            [&](const std::vector<row_index>& order, scaled_weights& weights) { bare_pass<Loss>(data, order, weights); });
}

void run(const std::string& path, std::size_t rounds) {
    file_source source(path);
    const libsvm_file file = read_libsvm(source);
    const label_encoding labels = label_encoding::learn(target_kind::multiclass, file.data.labels, file.lines);
    const std::size_t classes = labels.classes().size();
    std::cout << "| loss | bare loop, ns a nonzero" << (classes > 2 ? " and class" : "")
              << " | `sequential` | ratio |\n|---|---|---|---|\n";
    std::cout.precision(3);
    if (classes > 2) {
        const std::vector<real> targets = labels.targets(file.data.labels, file.lines);
        const sparse_view data = file.data.view(targets);
        compare(softmax(data.features(), classes, false), data, classes, rounds,
                [&](const std::vector<row_index>& order, scaled_weights& weights) { bare_softmax_pass(data, order, weights, classes); });
        return;
    }
    const std::vector<real> targets =
        label_encoding::learn(target_kind::binary, file.data.labels, file.lines).targets(file.data.labels, file.lines);
    const sparse_view data = file.data.view(targets);
    compare_linear<logistic>(data, rounds);
    compare_linear<hinge>(data, rounds);
    compare_linear<squared>(data, rounds);
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2 && count != 3) {
        std::cerr
            << "usage: bench.one_worker TRAINING-FILE [ROUNDS]\nTRAINING-FILE: LIBSVM text; with more than two labels, softmax is timed\n";
        return 2;
    }
    try {
        run(arguments[1], count == 3 ? std::stoul(arguments[2]) : 15);
    } catch (const std::exception& error) {
        std::cerr << "bench.one_worker: " << error.what() << '\n';
        return 1;
    }
}
