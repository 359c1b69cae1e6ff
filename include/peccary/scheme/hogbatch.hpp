// HogBatch: each worker gathers the adds of a batch in a buffer of its own, and then makes each of
// them once, without locks.
#pragma once

#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/access/gathering.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <cstdint>
#include <vector>

namespace peccary {

/// A worker reads the shared parameters as in Hogwild!, and writes a coordinate once a batch,
/// however many of its examples touch it. So the lines of hot features move between the cores once
/// a batch, not once an example.
///
/// A batch objective over dense rows has gathered its batch before it adds anything: then this is
/// Hogwild! with batches.
///
/// Considerations. The buffer is an access policy of its own (parameters/access/gathering.hpp), so
/// this knows nothing of objectives.
class hogbatch final : public scheme {
public:
    using access = gathering;
    static constexpr scheme_info info{.name = "hogbatch",
                                      .summary = "lock-free, a batch's adds gathered first; colliding ones may be lost",
                                      .paper = "Sallinen, Satish, Smelyanskiy, Sury, Re 2016",
                                      .consistency = read_consistency::inconsistent,
                                      .access = "relaxed, after gathering",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = false,
                                      .lockstep = false,
                                      .batch = 16,
                                      .shares_memory = true,
                                      .sums_batches = true,
                                      .stale = stale_writes::updates};

    hogbatch(const parameters& shared, unsigned workers) : gathered_(workers, gathered_adds(shared)) {}

    std::uint64_t run(stretch& part) override {
        if (part.task.facts().sums_batches) {
            return run_asynchronously(part, [](unsigned worker) { return relaxed(block_sweep::of_worker(worker)); });
        }
        return run_asynchronously(part, [&](unsigned worker) { return access(gathered_[worker], part.shared.base()); });
    }

private:
    std::vector<gathered_adds> gathered_;
};

static_assert(scheme_type<hogbatch>);

} // namespace peccary
