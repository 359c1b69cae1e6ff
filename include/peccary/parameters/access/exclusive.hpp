// Plain reads and writes, for one worker alone or under a lock: the reference implementation of an
// access policy.
#pragma once

#include "peccary/parameters/access/access.hpp"

namespace peccary {

struct exclusive {
    static constexpr access_info info{.name = "exclusive", .race_free = false, .lossless = false};

    real load(const real& cell) const noexcept { return cell; }
    void add(real& cell, real delta) const noexcept { cell += delta; }
    void load_block(const real* from, std::span<real> to) const noexcept {
        for (std::size_t i = 0; i < to.size(); ++i) {
            to[i] = from[i];
        }
    }
    void add_block(real* to, std::span<const real> from, real factor) const noexcept {
        for (std::size_t i = 0; i < from.size(); ++i) {
            to[i] += factor * from[i];
        }
    }
    no_guard guard() const noexcept { return {}; }
    contention tally() const noexcept { return {}; }
};

static_assert(access_policy<exclusive> && !race_free_access<exclusive>);

} // namespace peccary
