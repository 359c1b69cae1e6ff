// What does a barrier cost, Peccary's and the standard library's, with a processor for each worker
// and without?
// Checked after each timing, on the same barrier: nobody leaves a round before all have come, and
// what each wrote is seen by all.
#include "self_checked.hpp"

#include "peccary/core/types.hpp"
#include "peccary/execution/barrier.hpp"

#include <array>
#include <barrier>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace peccary;

namespace {

struct peccary_barrier {
    static constexpr const char* name = "peccary::barrier";
    explicit peccary_barrier(unsigned workers) : meet(workers) {}
    void arrive_and_wait(contention& tally) { meet.arrive_and_wait(tally); }
    barrier meet;
};

struct standard_barrier {
    static constexpr const char* name = "std::barrier";
    explicit standard_barrier(unsigned workers) : meet(workers) {}
    void arrive_and_wait(contention& /*tally*/) { meet.arrive_and_wait(); }
    std::barrier<> meet;
};

struct alignas(cache_line) padded_round {
    int done = 0;
};

/// What the workers of one benchmark share.
template <class Barrier>
struct meeting {
    explicit meeting(unsigned workers) : meet(workers), rounds{std::vector<padded_round>(workers), std::vector<padded_round>(workers)} {}

    Barrier meet;
    /// Plain memory, ordered by the barrier alone; two, so that nobody writes the next round where
    /// others still read this one.
    std::array<std::vector<padded_round>, 2> rounds;
};

template <class Barrier>
std::unique_ptr<meeting<Barrier>> shared;

template <class Barrier>
bool rounds_hold(std::size_t worker, contention& tally) {
    bool hold = true;
    for (int round = 1; round <= 200; ++round) {
        auto& done = shared<Barrier>->rounds[static_cast<std::size_t>(round % 2)];
        done[worker].done = round;
        shared<Barrier>->meet.arrive_and_wait(tally);
        for (const padded_round& other : done) {
            hold = hold && other.done == round;
        }
    }
    return hold;
}

template <class Barrier>
void time_rounds(benchmark::State& state) {
    contention tally;
    for ([[maybe_unused]] auto iteration : state) {
        shared<Barrier>->meet.arrive_and_wait(tally);
    }
    // Each worker counts its part of each round.
    state.counters["barriers/s"] = bench::rate(static_cast<double>(state.iterations()) / static_cast<double>(state.threads()));
    bench::label_oversubscribed(state, static_cast<std::size_t>(state.threads()));
    bench::require(state, rounds_hold<Barrier>(static_cast<std::size_t>(state.thread_index()), tally),
                   "a worker has left a round too early");
}

template <class Barrier>
void register_barrier() {
    auto* const timing = bench::add(Barrier::name, time_rounds<Barrier>);
    timing->Setup([](const benchmark::State& state) {
        shared<Barrier> = std::make_unique<meeting<Barrier>>(static_cast<unsigned>(state.threads()));
    });
    timing->Teardown([](const benchmark::State&) { shared<Barrier>.reset(); });
    timing->UseRealTime()->MeasureProcessCPUTime()->Threads(1)->Threads(2)->Threads(4)->Threads(8);
}

void register_all() {
    register_barrier<peccary_barrier>();
    register_barrier<standard_barrier>();
}

} // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, "What does a barrier cost, Peccary's and the standard library's?", register_all);
}
