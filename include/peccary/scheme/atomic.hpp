// Hogwild! with lossless adds: a compare-and-swap for each coordinate.
#pragma once

#include "peccary/parameters/access/atomic_add.hpp"
#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

class atomic final : public scheme {
public:
    using access = atomic_add;
    static constexpr scheme_info info{.name = "atomic",
                                      .summary = "lock-free; no add is lost",
                                      .paper = "Niu, Recht, Re, Wright 2011, section 2",
                                      .consistency = read_consistency::inconsistent,
                                      .access = "atomic_add",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1,
                                      .shares_memory = true,
                                      .stale = stale_writes::updates};

    atomic(const parameters& /*shared*/, unsigned /*workers*/) {}

    std::uint64_t run(stretch& part) override {
        return run_asynchronously(part, [](unsigned worker) { return access(block_sweep::of_worker(worker)); });
    }
};

static_assert(scheme_type<atomic>);

} // namespace peccary
