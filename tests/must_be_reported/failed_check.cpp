// A benchmark whose check does not hold: it must be shown as an error, and its program must exit with one.
#include "self_checked.hpp"

#include <iostream>

using namespace peccary;

namespace {

void wrong(benchmark::State& state) {
    int sum = 0;
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(sum = 2);
    }
    bench::require(state, sum == 3, "two is not three");
}

} // namespace

int main(int argc, char** argv) {
    const int code = bench::run(argc, argv, "Are checks reported?", [] { benchmark::RegisterBenchmark("wrong", wrong)->Iterations(1); });
    std::cout << "exit code " << code << '\n';
}
