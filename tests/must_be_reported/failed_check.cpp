// A benchmark whose check does not hold the first time: it must be shown as an error, its further
// repetitions too, and its program must exit with one.
#include "self_checked.hpp"

#include <iostream>

using namespace peccary;

namespace {

void wrong(benchmark::State& state) {
    static int sum = 0;
    for ([[maybe_unused]] auto iteration : state) {
        benchmark::DoNotOptimize(sum += 2);
    }
    bench::require(state, sum != 2, "there are only two");
}

} // namespace

int main(int argc, char** argv) {
    const int code = bench::run(argc, argv, "Are checks reported?", [] { bench::add("wrong", wrong)->Iterations(1)->Repetitions(4); });
    std::cout << "exit code " << code << '\n';
}
