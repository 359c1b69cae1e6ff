// When are private replicas faster than one shared buffer? By how often features are hot, how long
// rows are, and how large the model is.
// Checked after each timing: every row was visited once an epoch, and the weights are what adds
// that cancel must leave.
#include "timed_epochs.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/scheme/schemes.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

using namespace peccary;

namespace {

struct shape {
    const char* exponent_text;
    double exponent;
    std::size_t length;
    std::size_t features;
};

/// Two, and as many as there are processors, if that is more.
std::set<unsigned> worker_counts(bool parallel) {
    return parallel ? std::set<unsigned>{2, std::max(2U, static_cast<unsigned>(bench::processors()))} : std::set<unsigned>{1};
}

template <class Scheme>
void register_scheme(const shape& of) {
    for (const unsigned workers : worker_counts(Scheme::info.parallel)) {
        const std::string name = std::string(Scheme::info.name) + ", " + std::to_string(workers) +
                                 (workers == 1 ? " worker/zipf:" : " workers/zipf:") + of.exponent_text +
                                 "/row:" + std::to_string(of.length) + "/features:" + std::to_string(of.features);
        auto* const timing = bench::add(name, [of, workers](benchmark::State& state) {
            const sparse_view data = bench::kept_cancelling_rows(of.exponent, of.length, of.features);
            bench::time_epochs<Scheme>(state, data, workers, staleness_mode::sampled);
        });
        timing->UseManualTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);
    }
}

void register_all() {
    schemes::for_each([](auto tag) {
        using scheme = typename decltype(tag)::type;
        // workers that wait for each other at every update answer another question
        if constexpr (!scheme::info.lockstep) {
            for (const auto& [text, exponent] : {std::pair("0", 0.0), {"0.5", 0.5}, {"1", 1.0}, {"1.5", 1.5}}) {
                for (const std::size_t length : {16U, 128U}) {
                    for (const std::size_t features : {8192U, 1'048'576U}) {
                        register_scheme<scheme>({.exponent_text = text, .exponent = exponent, .length = length, .features = features});
                    }
                }
            }
        }
    });
}

} // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, "When are private replicas faster than one shared buffer?", register_all); }
