// What does it cost to copy a block out of the shared parameters, and to add one into them, by
// access policy and size?
// Checked after each timing: copies are equal to the block, adds leave their sums, exactly where
// the policy loses none.
#include "self_checked.hpp"
#include "shared_block.hpp"

#include "peccary/core/type_list.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

using namespace peccary;

namespace {

std::unique_ptr<bench::shared_block> block;

/// The state's range is the block's size in KiB.
std::size_t reals_in(const benchmark::State& state) { return static_cast<std::size_t>(state.range(0)) * 1024 / sizeof(real); }

void make_block(const benchmark::State& state) { block = std::make_unique<bench::shared_block>(reals_in(state)); }
void drop_block(const benchmark::State& /*state*/) { block.reset(); }

std::vector<real> small_integers(std::size_t size) {
    std::vector<real> values(size);
    for (std::size_t i = 0; i < size; ++i) {
        values[i] = static_cast<real>(1 + i % 100);
    }
    return values;
}

void count_bytes(benchmark::State& state) {
    state.counters["bytes/s"] = bench::rate(static_cast<double>(state.iterations()) * static_cast<double>(state.range(0)) * 1024);
    bench::label_oversubscribed(state, static_cast<std::size_t>(state.threads()));
}

/// Past the view, which for `exclusive` gives the block itself instead of a copy.
template <class Access>
void time_copies(benchmark::State& state) {
    std::vector<real> copy(reals_in(state));
    if (state.thread_index() == 0) {
        std::ranges::copy(small_integers(copy.size()), block->exclusive().begin());
    }
    auto access = block->make_access<Access>();
    for ([[maybe_unused]] auto iteration : state) {
        [[maybe_unused]] const auto held = access.guard();
        access.load_block(block->base(), copy);
        benchmark::DoNotOptimize(copy.data());
        benchmark::ClobberMemory();
    }
    count_bytes(state);
    bench::require(state, std::ranges::equal(copy, block->exclusive()), "the copy differs from the block");
}

template <class Access>
void time_adds(benchmark::State& state) {
    const std::vector<real> values = small_integers(reals_in(state));
    auto access = block->make_access<Access>();
    real factor = 1;
    for ([[maybe_unused]] auto iteration : state) {
        [[maybe_unused]] const auto held = access.guard();
        access.add_block(block->base(), values, factor);
        benchmark::ClobberMemory();
        factor = -factor; // so that sums stay small
    }
    count_bytes(state);
    if (state.thread_index() == 0) {
        std::vector<real> sums(values.size());
        for (std::size_t i = 0; i < sums.size() && state.iterations() % 2 == 1; ++i) {
            sums[i] = values[i] * static_cast<real>(state.threads());
        }
        bench::require(state, bench::holds_sums(block->exclusive(), values, sums, state.threads() == 1 || Access::info.lossless),
                       "the block does not hold the sums of the adds");
    }
}

template <class Access>
void register_policy(const char* operation, void (*timed)(benchmark::State&)) {
    auto* const timing = bench::add(std::string(Access::info.name) + "/" + operation, timed);
    timing->Setup(make_block)->Teardown(drop_block)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
    // from the first cache to the main memory
    timing->ArgName("KiB")->Arg(4)->Arg(256)->Arg(4096)->Arg(131'072)->Threads(1);
    if constexpr (race_free_access<Access>) {
        timing->Threads(2);
    }
}

void register_all() {
    access_policies::for_each([](auto tag) {
        using access = typename decltype(tag)::type;
        register_policy<access>("copy", time_copies<access>);
        register_policy<access>("add", time_adds<access>);
    });
}

} // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, "What does it cost to copy a block out of the shared parameters, and to add one into them?",
                      register_all);
}
