// A lock for each coordinate (or stripe of neighbours), taken for one read or one add.
#pragma once

#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/stripes.hpp"

namespace peccary {

/// Lossless, but an update as a whole is not isolated; the scheme `striped`, which holds all locks of a support, is.
struct striped_lock : elementwise_blocks<striped_lock> {
    static constexpr access_info info{.name = "striped_lock", .race_free = true, .lossless = true};

    striped_lock(stripes& table, const real* base) noexcept : table_(&table), base_(base) {}

    real load(const real& cell) noexcept {
        const std::size_t stripe = lock(cell);
        const real value = cell;
        table_->unlock(stripe);
        return value;
    }
    void add(real& cell, real delta) noexcept {
        const std::size_t stripe = lock(cell);
        cell += delta;
        table_->unlock(stripe);
    }
    contention tally() const noexcept { return tally_; }

private:
    std::size_t lock(const real& cell) noexcept {
        const std::size_t stripe = table_->stripe_of(static_cast<std::size_t>(&cell - base_));
        table_->lock(stripe, tally_);
        return stripe;
    }

    stripes* table_;
    const real* base_;
    contention tally_;
};

static_assert(race_free_access<striped_lock> && striped_lock::info.lossless);

} // namespace peccary
