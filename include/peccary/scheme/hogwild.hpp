// Hogwild!: workers read and write the shared parameters at will. Adds that collide may be lost,
// and rarely are when rows are sparse.
#pragma once

#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

class hogwild final : public scheme {
public:
    using access = relaxed;
    static constexpr scheme_info info{.name = "hogwild",
                                      .summary = "lock-free; colliding adds may be lost",
                                      .paper = "Niu, Recht, Re, Wright 2011",
                                      .consistency = read_consistency::inconsistent,
                                      .access = "relaxed",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = false,
                                      .lockstep = false,
                                      .batch = 1,
                                      .shares_memory = true,
                                      .stale = stale_writes::updates};

    hogwild(const parameters& /*shared*/, unsigned /*workers*/) {}

    std::uint64_t run(stretch& part) override {
        return run_asynchronously(part, [](unsigned worker) { return access(block_sweep::of_worker(worker)); });
    }
};

static_assert(scheme_type<hogwild>);

} // namespace peccary
