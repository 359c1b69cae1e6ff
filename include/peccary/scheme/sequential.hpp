// Stochastic gradient descent with one worker and plain memory: the reference that all other
// schemes are compared with.
#pragma once

#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

namespace peccary {

class sequential final : public scheme {
public:
    using access = exclusive;
    static constexpr scheme_info info{.name = "sequential",
                                      .summary = "one worker, plain memory",
                                      .paper = "Robbins, Monro 1951",
                                      .consistency = read_consistency::serial,
                                      .access = "exclusive",
                                      .parallel = false,
                                      .deterministic = true,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1};

    sequential(const parameters& /*shared*/, unsigned /*workers*/) {}

    std::uint64_t run(stretch& part) override {
        return run_workers(
            part, 1, [](unsigned) { return any_access(access()); },
            [&](unsigned worker) { return std::make_unique<site>(part.shared.base(), part.probe(worker), nullptr); });
    }
};

static_assert(scheme_type<sequential>);

} // namespace peccary
