// What one update of a linear model costs under each access policy: a dot product over a sparse row, then a scaled add to it.
// Every policy is first checked against plain loops and for conserved sums, and only then timed.
#include "sparse_rows.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/parameters/shared_view.hpp"
#include "peccary/parameters/stripes.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

using namespace peccary;
using bench::distribution;
using bench::sparse_rows;

namespace {

/// A linear model's weights, and what the policies need to share them.
struct shared_model {
    explicit shared_model(std::size_t features) : weights(layout_of(features)), locks(features) {}

    /// A worker's own policy over these weights.
    template <class Access>
    Access make_access() {
        if constexpr (std::is_same_v<Access, striped_lock>) {
            return Access(locks, weights.base());
        } else if constexpr (std::is_same_v<Access, one_lock>) {
            return Access(mutex);
        } else {
            return Access{};
        }
    }

    static parameter_layout layout_of(std::size_t features) {
        parameter_layout layout;
        layout.append("weights", features, true);
        return layout;
    }

    parameters weights;
    stripes locks;
    std::mutex mutex;
};

/// One worker's pass over its share of the rows, worker, worker + workers, ...: dot, then add `factor` times the row.
/// The dot is written where the compiler must keep it, but does not enter the add, so that a check knows what the sums must be.
template <class Access>
void pass(shared_model& model, const sparse_rows& rows, std::size_t worker, std::size_t workers, real factor) {
    auto access = model.make_access<Access>();
    const shared_view<Access> view(model.weights.base(), access);
    for (std::size_t r = worker; r < rows.size(); r += workers) {
        const sparse_row row = rows[r];
        benchmark::DoNotOptimize(view.dot(0, row));
        view.add_row(0, row, factor);
    }
}

void require(bool holds, std::string_view policy, std::string_view what) {
    if (!holds) {
        throw std::runtime_error(std::string(policy) + ": " + std::string(what) + "; the timings would be of something else");
    }
}

/// One worker must get what a plain loop over plain memory gets, dot products included.
template <class Access>
void check_alone(distribution shape) {
    constexpr std::size_t features = 1000;
    const sparse_rows rows(shape, 200, 100, features);
    shared_model model(features);
    auto access = model.make_access<Access>();
    const shared_view<Access> view(model.weights.base(), access);
    std::vector<real> expected(features);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const sparse_row row = rows[r];
        real dot = 0;
        for (std::size_t k = 0; k < row.size(); ++k) {
            dot += row.value(k) * expected[row.index(k)];
            expected[row.index(k)] += 3 * row.value(k);
        }
        require(view.dot(0, row) == dot, Access::info.name, "a dot product differs from the plain loop's");
        view.add_row(0, row, 3);
    }
    require(std::ranges::equal(model.weights.exclusive(), expected), Access::info.name, "the weights differ from the plain loop's");
}

/// Two workers that add integers must leave their exact sum where the policy says that it loses none.
template <class Access>
void check_together(distribution shape) {
    constexpr std::size_t features = 1000;
    constexpr int passes = 1000; // some 50 ms: a shorter run may be over before the system has moved the second thread to a core of its own
    const sparse_rows rows(shape, 200, 100, features);
    shared_model model(features);
    std::latch both_are_here(2); // else the first may be done before the second has started
    const auto work = [&](std::size_t worker) {
        both_are_here.arrive_and_wait();
        for (int i = 0; i < passes; ++i) {
            pass<Access>(model, rows, worker, 2, 1);
        }
    };
    std::thread other(work, 1);
    work(0);
    other.join();

    double expected = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto values = rows[r].values;
        expected += passes * std::accumulate(values.begin(), values.end(), 0.0);
    }
    const auto weights = model.weights.exclusive();
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    require(sum == expected || !Access::info.lossless, Access::info.name, "adds were lost, though the policy says that it loses none");
    require(sum <= expected, Access::info.name, "the sum is larger than all that was added");
}

template <class Access>
void time_passes(benchmark::State& state, distribution shape) {
    const auto length = static_cast<std::size_t>(state.range(0));
    const auto features = static_cast<std::size_t>(state.range(1));
    constexpr std::size_t nonzeros = 400'000; // 3 MB of indices and values a pass
    static std::unique_ptr<sparse_rows> rows;
    static std::unique_ptr<shared_model> model;
    if (state.thread_index() == 0) {
        rows = std::make_unique<sparse_rows>(shape, nonzeros / length, length, features);
        model = std::make_unique<shared_model>(features);
    }
    // The library's barriers before the first and after the last iteration order the others' use between the making and the resetting.
    for ([[maybe_unused]] auto iteration : state) {
        pass<Access>(*model, *rows, static_cast<std::size_t>(state.thread_index()), static_cast<std::size_t>(state.threads()), 1e-6F);
    }
    const double mine = static_cast<double>(state.iterations()) * static_cast<double>(nonzeros) / state.threads();
    // Summed over the threads and divided by the wall time: work per second of waiting, however many threads did it.
    state.counters["nonzeros/s"] = benchmark::Counter(mine, benchmark::Counter::kIsRate);
    if (state.thread_index() == 0) {
        rows.reset();
        model.reset();
    }
}

template <class Access>
void check_and_register() {
    for (const auto shape : {distribution::uniform, distribution::zipf}) {
        check_alone<Access>(shape);
        if constexpr (race_free_access<Access>) {
            check_together<Access>(shape);
        }
        const std::string name = std::string(Access::info.name) + "/" + std::string(name_of(shape));
        auto* const timing =
            benchmark::RegisterBenchmark(name.c_str(), [shape](benchmark::State& state) { time_passes<Access>(state, shape); });
        timing->ArgNames({"row", "features"})->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
        for (const int length : {10, 100, 1000}) {
            for (const int features : {1'000, 10'000, 100'000, 1'000'000, 10'000'000}) {
                if (features >= 2 * length) { // else a row would be most of the model
                    timing->Args({length, features});
                }
            }
        }
        timing->Threads(1);
        if constexpr (race_free_access<Access>) {
            timing->Threads(2);
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return EXIT_FAILURE;
    }
    try {
        access_policies::for_each([](auto tag) { check_and_register<typename decltype(tag)::type>(); });
    } catch (const std::exception& failure) {
        std::cerr << "access_policies: " << failure.what() << '\n';
        return EXIT_FAILURE;
    }
    benchmark::RunSpecifiedBenchmarks();
}
