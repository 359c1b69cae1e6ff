// Hogwild!: workers read and write the shared parameters at will. Adds that collide may be lost, and rarely are when rows are sparse.
#pragma once

#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

struct hogwild {
    static constexpr scheme_info info{.name = "hogwild",
                                      .summary = "lock-free; colliding adds may be lost",
                                      .paper = "Niu, Recht, Re, Wright 2011",
                                      .consistency = "inconsistent",
                                      .access = "relaxed",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = false,
                                      .lockstep = false,
                                      .batch = 1,
                                      .late = applied_late::updates};

    hogwild(const parameters& /*shared*/, unsigned /*workers*/) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        return run_asynchronously(stretch, [](unsigned worker) { return relaxed(block_sweep::of_worker(worker)); });
    }
};

} // namespace peccary
