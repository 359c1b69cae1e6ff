// One lock for all parameters, held while an update reads and again while it writes, but not while it computes.
#pragma once

#include "peccary/parameters/access/one_lock.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

struct locked {
    static constexpr scheme_info info{.name = "locked",
                                      .summary = "one lock around each read and each write",
                                      .paper = "Langford, Smola, Zinkevich 2009",
                                      .consistency = "consistent",
                                      .access = "one_lock",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1,
                                      .late = applied_late::updates};

    locked(const parameters& /*shared*/, unsigned /*workers*/) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        std::mutex mutex;
        return run_asynchronously(stretch, [&mutex](unsigned) { return one_lock(mutex); });
    }
};

} // namespace peccary
