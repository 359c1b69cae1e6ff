// A relaxed atomic load and a relaxed atomic store: Hogwild!'s access, defined. Adds that collide
// may be lost.
#pragma once

#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/access/wide.hpp"

#include <atomic>
#include <cstddef>
#include <span>

namespace peccary {

/// Niu, Recht, Re, Wright 2011, with the races made relaxed atomics. On x86 both compile to plain
/// moves.
///
/// Considerations. No compiler vectorises relaxed atomics. Long blocks therefore go by groups of
/// neighbours, and so do short ones that begin with a group (parameters/access/wide.hpp): an add
/// costs no more than plain vector code, nor does a copy where there is AVX; copies by 16 bytes
/// took up to 1.3 times as long (`bench.block_copy`, AMD Zen 5). By words of 64 bits, an add cost
/// four times as much, and one by one nine times; two workers that add to one block lost more than
/// that, as each word moves the line anew.
struct relaxed : elementwise_blocks<relaxed> {
    static constexpr access_info info{.name = "relaxed", .race_free = true, .lossless = false};

    relaxed() noexcept = default;
    explicit relaxed(block_sweep of_worker) noexcept : sweep(of_worker) {}

    real load(const real& cell) const noexcept {
        // atomic_ref<const T> comes with C++26; the object itself is never const.
        return std::atomic_ref<real>(const_cast<real&>(cell)).load(std::memory_order_relaxed);
    }
    void add(real& cell, real delta) const noexcept {
        const std::atomic_ref<real> shared(cell);
        shared.store(shared.load(std::memory_order_relaxed) + delta, std::memory_order_relaxed);
    }

    void load_block(const real* from, std::span<real> to) const noexcept {
        real* into = to.data();
        std::size_t size = to.size();
        if (size >= long_block) {
            for (; !begins_group<wide::copied_together>(from); ++from, --size) {
                *into++ = load(*from);
            }
            const std::size_t copied = wide::copy_together(from, into, size);
            from += copied;
            into += copied;
            size -= copied;
        }
        for_each_group<wide::lanes>(
            from, size,
            [&into](const real* cell) {
                *reinterpret_cast<wide::unaligned_value*>(into) = wide::load(cell);
                into += wide::lanes;
            },
            [&into, this](const real* cell) { *into++ = load(*cell); });
    }

    void add_block(real* to, std::span<const real> from, real factor) const noexcept {
        sweep.for_each_part(from.size(),
                            [&](std::size_t first, std::size_t length) { add_part(to + first, from.subspan(first, length), factor); });
    }

    contention tally() const noexcept { return {}; }

    block_sweep sweep = {}; ///< of long blocks

private:
    /// A line is read as a whole before it is written as a whole: others who want it take it once,
    /// not once a group.
    static void add_part(real* to, std::span<const real> from, real factor) noexcept {
        constexpr std::size_t groups = line_cells / wide::lanes;
        const real* change = from.data();
        const auto added = [&change, factor](const real* cell) {
            const wide::value sum = wide::load(cell) + factor * *reinterpret_cast<const wide::unaligned_value*>(change);
            change += wide::lanes;
            return sum;
        };
        for_each_line<wide::lanes>(
            to, from.size(),
            [&added](real* line) {
                wide::value sums[groups]; // NOLINT(*-avoid-c-arrays): std::array would lose the alignment
#pragma GCC unroll 8
                for (std::size_t i = 0; i < groups; ++i) {
                    sums[i] = added(line + i * wide::lanes);
                }
#pragma GCC unroll 8
                for (std::size_t i = 0; i < groups; ++i) {
                    wide::store(line + i * wide::lanes, sums[i]);
                }
            },
            [&added](real* cell) { wide::store(cell, added(cell)); },
            [&change, factor](real* cell) { relaxed().add(*cell, factor * *change++); });
    }

    static_assert(std::atomic_ref<real>::is_always_lock_free);
};

static_assert(race_free_access<relaxed>);

} // namespace peccary
