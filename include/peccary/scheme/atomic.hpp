// Hogwild! with lossless adds: a compare-and-swap for each coordinate.
#pragma once

#include "peccary/parameters/access/atomic_add.hpp"
#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

struct atomic {
    static constexpr scheme_info info{.name = "atomic",
                                      .summary = "lock-free; no add is lost",
                                      .paper = "Niu, Recht, Re, Wright 2011, section 2",
                                      .consistency = "inconsistent",
                                      .access = "atomic_add",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1,
                                      .late = applied_late::updates};

    atomic(const parameters& /*shared*/, unsigned /*workers*/) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        return run_asynchronously(stretch, [](unsigned worker) { return atomic_add(block_sweep::of_worker(worker)); });
    }
};

} // namespace peccary
