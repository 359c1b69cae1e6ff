// A relaxed atomic load and a relaxed atomic store: Hogwild!'s access, defined. Adds that collide may be lost.
#pragma once

#include "peccary/parameters/access/access.hpp"

#include <atomic>

namespace peccary {

/// Niu, Recht, Re, Wright 2011, with the races made relaxed atomics. On x86 both compile to plain moves.
struct relaxed : elementwise_blocks<relaxed> {
    static constexpr access_info info{.name = "relaxed", .race_free = true, .lossless = false};

    real load(const real& cell) const noexcept {
        // atomic_ref<const T> comes with C++26; the object itself is never const.
        return std::atomic_ref<real>(const_cast<real&>(cell)).load(std::memory_order_relaxed);
    }
    void add(real& cell, real delta) const noexcept {
        const std::atomic_ref<real> shared(cell);
        shared.store(shared.load(std::memory_order_relaxed) + delta, std::memory_order_relaxed);
    }
    contention tally() const noexcept { return {}; }

    static_assert(std::atomic_ref<real>::is_always_lock_free);
};

static_assert(race_free_access<relaxed>);

} // namespace peccary
