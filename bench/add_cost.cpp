// What does one add cost, by access policy and by how much the workers meet?
// Checked after each timing: the sums of all adds, exactly where the policy loses none or no two
// workers share a coordinate.
#include "self_checked.hpp"
#include "shared_block.hpp"
#include "sparse_rows.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t block_size = 1'000'000;
constexpr std::size_t adds = 1024; ///< an iteration

/// Where the workers add.
struct meeting {
    const char* name;
    bool disjoint; ///< no two workers share a coordinate
    std::vector<feature_index> (*coordinates)(std::size_t worker);
};

constexpr std::size_t line = cache_line / sizeof(real);

std::vector<feature_index> repeated(std::size_t first, std::size_t count, std::size_t stride) {
    std::vector<feature_index> all;
    for (std::size_t i = 0; i < adds; ++i) {
        all.push_back(static_cast<feature_index>(first + (i % count) * stride));
    }
    return all;
}

std::vector<feature_index> zipf_drawn(std::size_t worker) {
    const bench::power_law law(1, block_size);
    random_stream random(1, worker, 0);
    std::vector<feature_index> all;
    for (std::size_t i = 0; i < adds; ++i) {
        all.push_back(law.draw(random));
    }
    return all;
}

const std::array<meeting, 4> meetings{{
    {.name = "own_lines", .disjoint = true, .coordinates = [](std::size_t worker) { return repeated(worker * 64 * line, 64, line); }},
    {.name = "own_coordinate_of_one_line", .disjoint = true, .coordinates = [](std::size_t worker) { return repeated(worker, 1, 0); }},
    {.name = "one_coordinate", .disjoint = false, .coordinates = [](std::size_t /*worker*/) { return repeated(0, 1, 0); }},
    {.name = "zipf", .disjoint = false, .coordinates = zipf_drawn},
}};

std::unique_ptr<bench::shared_block> block;

template <class Access>
void check(benchmark::State& state, const meeting& where) {
    std::vector<real> touched(block_size);
    for (int worker = 0; worker < state.threads(); ++worker) {
        for (const feature_index at : where.coordinates(static_cast<std::size_t>(worker))) {
            ++touched[at];
        }
    }
    // Iterations add 1 and -1 in turn, so that sums stay small; every thread has made the same
    // number of them.
    const bool cancelled = state.iterations() % 2 == 0;
    const std::vector<real> sums = cancelled ? std::vector<real>(block_size) : touched;
    const bool exact = state.threads() == 1 || where.disjoint || Access::info.lossless;
    bench::require(state, bench::holds_sums(block->exclusive(), touched, sums, exact), "the block does not hold the sums of the adds");
}

template <class Access>
void time_adds(benchmark::State& state, const meeting& where) {
    const std::vector<feature_index> coordinates = where.coordinates(static_cast<std::size_t>(state.thread_index()));
    auto access = block->make_access<Access>();
    const shared_view<Access> view(block->base(), access);
    real delta = 1;
    for ([[maybe_unused]] auto iteration : state) {
        for (const feature_index at : coordinates) {
            view.add(at, delta);
        }
        benchmark::ClobberMemory();
        delta = -delta;
    }
    state.counters["adds/s"] = bench::rate(static_cast<double>(state.iterations()) * static_cast<double>(adds));
    bench::label_oversubscribed(state, static_cast<std::size_t>(state.threads()));
    // all others have made their adds: the loop ends with a barrier
    if (state.thread_index() == 0) {
        check<Access>(state, where);
    }
}

void register_all() {
    access_policies::for_each([](auto tag) {
        using access = typename decltype(tag)::type;
        for (const meeting& where : meetings) {
            auto* const timing = bench::add(std::string(access::info.name) + "/" + where.name,
                                            [&where](benchmark::State& state) { time_adds<access>(state, where); });
            timing->Setup([](const benchmark::State&) { block = std::make_unique<bench::shared_block>(block_size); });
            timing->Teardown([](const benchmark::State&) { block.reset(); });
            timing->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond)->Threads(1);
            if constexpr (race_free_access<access>) {
                timing->Threads(2)->Threads(4);
            }
        }
    });
}

} // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, "What does one add cost, by access policy and by how much the workers meet?", register_all);
}
