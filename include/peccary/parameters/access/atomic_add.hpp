// Lossless adds by compare-and-swap: one coordinate at a time, and in long blocks several
// neighbours.
#pragma once

#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/parameters/access/wide.hpp"
#include "peccary/statistics/sampled_time.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace peccary {

/// C++20's `fetch_add` on floats is the same loop, but does not say how often it went round.
///
/// Considerations. Long blocks go by groups of neighbours (parameters/access/wide.hpp): a swap of
/// 16 bytes costs little more than one of 4 or 8, and a collision in a group only sends it round
/// again.
struct atomic_add : elementwise_blocks<atomic_add> {
    static constexpr access_info info{.name = "atomic_add", .race_free = true, .lossless = true};

    atomic_add() noexcept = default;
    explicit atomic_add(block_sweep of_worker) noexcept : sweep(of_worker) {}

    real load(const real& cell) const noexcept {
        // see `relaxed::load`
        return std::atomic_ref<real>(const_cast<real&>(cell)).load(std::memory_order_relaxed);
    }
    void add(real& cell, real delta) noexcept {
        const std::atomic_ref<real> shared(cell);
        real current = shared.load(std::memory_order_relaxed);
        if (!shared.compare_exchange_weak(current, current + delta, std::memory_order_relaxed, std::memory_order_relaxed)) [[unlikely]] {
            retry([&] {
                return shared.compare_exchange_weak(current, current + delta, std::memory_order_relaxed, std::memory_order_relaxed);
            });
        }
    }
    void add_block(real* to, std::span<const real> from, real factor) noexcept {
        if (!wide::exchanges_here()) {
            elementwise_blocks<atomic_add>::add_block(to, from, factor);
            return;
        }
        sweep.for_each_part(from.size(),
                            [&](std::size_t first, std::size_t length) { add_part(to + first, from.subspan(first, length), factor); });
    }
    void load_block(const real* from, std::span<real> to) const noexcept { relaxed{}.load_block(from, to); }
    contention tally() const noexcept { return {.retries = retries_, .retry_seconds = retrying_.seconds()}; }

    block_sweep sweep = {}; ///< of long blocks

private:
    void add_part(real* to, std::span<const real> from, real factor) noexcept {
        const real* change = from.data();
        for_each_group<wide::lanes>(
            to, from.size(),
            [&change, factor, this](real* cell) {
                const wide::value changes = *reinterpret_cast<const wide::unaligned_value*>(change);
                change += wide::lanes;
                if (!is_zero(changes)) {
                    add_group(cell, factor * changes);
                }
            },
            [&change, factor, this](real* cell) { add(*cell, factor * *change++); });
    }
    /// A network's gradient has many: of pixels that are black in the whole batch, of rectifiers
    /// that are off. They need no swap.
    static bool is_zero(wide::value changes) noexcept {
        const auto words = std::bit_cast<std::array<std::uint64_t, sizeof(changes) / sizeof(std::uint64_t)>>(changes);
        return std::ranges::all_of(words, [](std::uint64_t word) { return word == 0; });
    }
    void add_group(real* cell, wide::value changes) noexcept {
        wide::value current = wide::load(cell);
        const auto swap = [&] { return wide::compare_exchange(cell, current, current + changes); };
        if (!swap()) [[unlikely]] {
            retry(swap);
        }
    }

    /// Out of line: adds that succeed at once pay nothing for the counting.
    template <class Swap>
    [[gnu::noinline]] void retry(Swap swap) noexcept {
        retrying_.run([&] {
            do {
                ++retries_;
            } while (!swap());
        });
    }

    std::uint64_t retries_ = 0;
    sampled_time retrying_;
};

static_assert(race_free_access<atomic_add> && atomic_add::info.lossless);

} // namespace peccary
