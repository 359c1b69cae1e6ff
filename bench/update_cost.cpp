// What does one update of a linear model cost, a dot product over a sparse row and a scaled add to
// it, by access policy, row and model?
// Checked after each timing: the sums of all adds, exactly where the policy loses none, and dot
// products against plain loops.
#include "self_checked.hpp"
#include "shared_block.hpp"
#include "sparse_rows.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace peccary;
using bench::shared_block;
using bench::sparse_rows;

namespace {

constexpr std::size_t nonzeros = 400'000; ///< of a pass: 3 MB of indices and values

struct shape {
    double exponent;
    std::size_t length;
    std::size_t features;

    std::string name() const {
        return std::string(exponent == 0 ? "uniform" : "zipf") + "/row:" + std::to_string(length) + "/features:" + std::to_string(features);
    }
};

/// One worker's pass over its share of the rows, worker, worker + workers, ...: dot, then add
/// `factor` times the row.
/// The dot is written where the compiler must keep it, but does not enter the add, so that a check
/// knows what the sums must be.
template <class Access>
void pass(shared_block& model, const sparse_rows& rows, std::size_t worker, std::size_t workers, real factor) {
    auto access = model.make_access<Access>();
    const shared_view<Access> view(model.base(), access);
    for (std::size_t r = worker; r < rows.size(); r += workers) {
        const sparse_row row = rows[r];
        benchmark::DoNotOptimize(view.dot(0, row));
        view.add_row(0, row, factor);
    }
}

template <class Access>
void check_sums(benchmark::State& state, shared_block& model, const sparse_rows& rows) {
    std::vector<real> touched(model.exclusive().size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const sparse_row row = rows[r];
        for (std::size_t k = 0; k < row.size(); ++k) {
            touched[row.index(k)] += row.value(k);
        }
    }
    const bool cancelled = state.iterations() % 2 == 0; // passes add and subtract in turn
    const std::vector<real> sums = cancelled ? std::vector<real>(touched.size()) : touched;
    bench::require(state, bench::holds_sums(model.exclusive(), touched, sums, state.threads() == 1 || Access::info.lossless),
                   "the model does not hold the sums of the adds");
}

template <class Access>
void check_dots(benchmark::State& state, shared_block& model, const sparse_rows& rows) {
    const auto weights = model.exclusive();
    for (std::size_t j = 0; j < weights.size(); ++j) {
        weights[j] = static_cast<real>(j % 7);
    }
    auto access = model.make_access<Access>();
    const shared_view<Access> view(model.base(), access);
    for (std::size_t r = 0; r < rows.size(); r += rows.size() / 100) {
        const sparse_row row = rows[r];
        real dot = 0;
        for (std::size_t k = 0; k < row.size(); ++k) {
            dot += row.value(k) * weights[row.index(k)];
        }
        bench::require(state, view.dot(0, row) == dot, "a dot product differs from the plain loop's");
    }
}

template <class Access>
void time_passes(benchmark::State& state, const shape& of) {
    static const sparse_rows* rows = nullptr;
    static std::unique_ptr<shared_block> model;
    if (state.thread_index() == 0) {
        rows = &bench::kept_rows(of.exponent, nonzeros, of.length, of.features);
        model = std::make_unique<shared_block>(of.features);
    }
    real factor = 1;
    // The library's barriers before the first and after the last iteration order the others' use
    // between the making and the checks.
    for ([[maybe_unused]] auto iteration : state) {
        pass<Access>(*model, *rows, static_cast<std::size_t>(state.thread_index()), static_cast<std::size_t>(state.threads()), factor);
        factor = -factor;
    }
    state.counters["nonzeros/s"] =
        bench::rate(static_cast<double>(state.iterations()) * static_cast<double>(nonzeros) / static_cast<double>(state.threads()));
    bench::label_oversubscribed(state, static_cast<std::size_t>(state.threads()));
    if (state.thread_index() == 0) {
        check_sums<Access>(state, *model, *rows);
        check_dots<Access>(state, *model, *rows);
        model.reset();
    }
}

void register_all() {
    access_policies::for_each([](auto tag) {
        using access = typename decltype(tag)::type;
        for (const double exponent : {0.0, 1.0}) {
            for (const std::size_t length : {10U, 100U, 1000U}) {
                for (const std::size_t features : {10'000U, 1'000'000U, 10'000'000U}) {
                    const shape of{.exponent = exponent, .length = length, .features = features};
                    auto* const timing = bench::add(std::string(access::info.name) + "/" + of.name(),
                                                    [of](benchmark::State& state) { time_passes<access>(state, of); });
                    timing->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond)->Threads(1);
                    if constexpr (race_free_access<access>) {
                        timing->Threads(2);
                    }
                }
            }
        }
    });
}

} // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, "What does one update of a linear model cost, by access policy, row and model?", register_all);
}
