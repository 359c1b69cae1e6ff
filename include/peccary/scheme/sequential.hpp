// Stochastic gradient descent with one worker and plain memory: the reference that all other schemes are compared with.
#pragma once

#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

struct sequential {
    static constexpr scheme_info info{.name = "sequential",
                                      .summary = "one worker, plain memory",
                                      .paper = "Robbins, Monro 1951",
                                      .consistency = "serial",
                                      .access = "exclusive",
                                      .parallel = false,
                                      .deterministic = true,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1};

    sequential(const parameters& /*shared*/, unsigned /*workers*/) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        return run_workers(stretch, 1, [&](unsigned worker) {
            return in_place<exclusive>{stretch.shared.base(), {}, stretch.probe(worker)};
        });
    }
};

} // namespace peccary
