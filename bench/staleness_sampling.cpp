// What does measuring staleness cost an epoch: not at all, on samples, on every update?
// Checked after each timing: as many updates were measured as the mode says, and the weights are
// what adds that cancel must leave.
#include "timed_epochs.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/scheme/schemes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace peccary;

namespace {

struct named_mode {
    const char* name;
    staleness_mode mode;
};
constexpr std::array<named_mode, 3> modes{{{.name = "off", .mode = staleness_mode::off},
                                           {.name = "sampled", .mode = staleness_mode::sampled},
                                           {.name = "exact", .mode = staleness_mode::exact}}};

bool measured(staleness_mode mode, std::uint64_t samples, std::uint64_t updates) {
    return mode == staleness_mode::off     ? samples == 0
           : mode == staleness_mode::exact ? samples == updates
                                           : samples > 0 && samples <= updates;
}

template <class Scheme>
void register_scheme(const named_mode& of, std::size_t length, unsigned workers) {
    const std::string name = std::string(of.name) + "/" + std::string(Scheme::info.name) + "/row:" + std::to_string(length) +
                             "/workers:" + std::to_string(workers);
    auto* const timing = bench::add(name, [=](benchmark::State& state) {
        constexpr std::size_t features = 65'536;
        const sparse_view data = bench::kept_cancelling_rows(1, length, features);
        const worker_statistics all = bench::time_epochs<Scheme>(state, data, workers, of.mode);
        bench::require(state, measured(of.mode, all.staleness.samples(), all.updates), "the mode has measured other updates than it says");
    });
    timing->UseManualTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
}

void register_all() {
    for (const named_mode& mode : modes) {
        schemes::for_each([&mode](auto tag) {
            using scheme = typename decltype(tag)::type;
            if constexpr (scheme::info.parallel && !scheme::info.lockstep) {
                for (const std::size_t length : {16U, 128U}) {
                    for (const unsigned workers : {1U, 2U}) {
                        register_scheme<scheme>(mode, length, workers);
                    }
                }
            }
        });
    }
}

} // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, "What does measuring staleness cost: off, sampled, exact?", register_all); }
