// Lossless adds by compare-and-swap, one coordinate at a time.
#pragma once

#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/statistics/sampled_time.hpp"

#include <atomic>
#include <cstdint>

namespace peccary {

/// C++20's `fetch_add` on floats is the same loop, but does not say how often it went round.
struct atomic_add : elementwise_blocks<atomic_add> {
    static constexpr access_info info{.name = "atomic_add", .race_free = true, .lossless = true};

    real load(const real& cell) const noexcept {
        return std::atomic_ref<real>(const_cast<real&>(cell)).load(std::memory_order_relaxed); // see `relaxed::load`
    }
    void add(real& cell, real delta) noexcept {
        const std::atomic_ref<real> shared(cell);
        real current = shared.load(std::memory_order_relaxed);
        if (!shared.compare_exchange_weak(current, current + delta, std::memory_order_relaxed, std::memory_order_relaxed)) [[unlikely]] {
            retry(shared, current, delta);
        }
    }
    void load_block(const real* from, std::span<real> to) const noexcept { relaxed{}.load_block(from, to); }
    contention tally() const noexcept { return {.retries = retries_, .retry_seconds = retrying_.seconds()}; }

private:
    /// Out of line: adds that succeed at once pay nothing for the counting.
    [[gnu::noinline]] void retry(std::atomic_ref<real> shared, real current, real delta) noexcept {
        retrying_.run([&] {
            do {
                ++retries_;
            } while (!shared.compare_exchange_weak(current, current + delta, std::memory_order_relaxed, std::memory_order_relaxed));
        });
    }

    std::uint64_t retries_ = 0;
    sampled_time retrying_;
};

static_assert(race_free_access<atomic_add> && atomic_add::info.lossless);

} // namespace peccary
