// One lock for all parameters, held while an update reads and again while it writes, but not while
// it computes.
#pragma once

#include "peccary/parameters/access/one_lock.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <mutex>

namespace peccary {

class locked final : public scheme {
public:
    using access = one_lock;
    static constexpr scheme_info info{.name = "locked",
                                      .summary = "one lock around each read and each write",
                                      .paper = "Langford, Smola, Zinkevich 2009",
                                      .consistency = read_consistency::consistent,
                                      .access = "one_lock",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1,
                                      .shares_memory = true,
                                      .stale = stale_writes::updates};

    locked(const parameters& /*shared*/, unsigned /*workers*/) {}

    std::uint64_t run(stretch& part) override {
        return run_asynchronously(part, [this](unsigned) { return access(mutex_); });
    }

private:
    std::mutex mutex_;
};

static_assert(scheme_type<locked>);

} // namespace peccary
