// A relaxed atomic load and a relaxed atomic store: Hogwild!'s access, defined. Adds that collide may be lost.
#pragma once

#include "peccary/parameters/access/access.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace peccary {

/// Niu, Recht, Re, Wright 2011, with the races made relaxed atomics. On x86 both compile to plain moves.
///
/// Considerations. No compiler vectorises relaxed atomics. Long blocks therefore go by words of two neighbouring coordinates, each one relaxed
/// atomic access of 64 bits, by the builtins under `std::atomic_ref`, over a type that may alias; g++ and clang define this, and that other
/// accesses to the same cells have 32 bits; ThreadSanitizer sees both. On a block of 118,000 floats (AMD Zen 5, g++ 12, -O3, in ns a coordinate)
/// a read costs 0.14 and an add 0.27, one by one 0.27 and 0.54, and plain vector code 0.14 and 0.10; clang 14 gains nothing by words. Only
/// words that lie within the block are touched, so that adds to neighbouring blocks never collide. Doing the arithmetic of sixteen at a time
/// in vector registers, between the loads and the stores of words, was slower (0.64): the words must come together in memory first.
/// Short blocks, whose length the compiler mostly knows, stay as they are: there the search for the first word costs more than it saves.
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

    void load_block(const real* from, std::span<real> to) const noexcept {
        const std::size_t size = to.size();
        std::size_t i = 0;
        if (size >= long_block) {
            if (!begins_word(from)) {
                to[i] = load(from[i]);
                ++i;
            }
            for (; i + 2 <= size; i += 2) {
                const std::uint64_t loaded = load_word(from + i);
                std::memcpy(to.data() + i, &loaded, sizeof loaded);
            }
        }
        for (; i < size; ++i) {
            to[i] = load(from[i]);
        }
    }

    void add_block(real* to, std::span<const real> from, real factor) const noexcept {
        const std::size_t size = from.size();
        std::size_t i = 0;
        if (size >= long_block) {
            if (!begins_word(to)) {
                add(to[i], factor * from[i]);
                ++i;
            }
            for (; i + 2 <= size; i += 2) {
                auto both = std::bit_cast<pair>(load_word(to + i));
                both.first += factor * from[i];
                both.second += factor * from[i + 1];
                store_word(to[i], std::bit_cast<std::uint64_t>(both));
            }
        }
        for (; i < size; ++i) {
            add(to[i], factor * from[i]);
        }
    }

    contention tally() const noexcept { return {}; }

    static_assert(std::atomic_ref<real>::is_always_lock_free);

private:
    static constexpr std::size_t long_block = 32;

    struct pair {
        real first;
        real second;
    };
    using word [[gnu::may_alias]] = std::uint64_t;
    static_assert(sizeof(pair) == sizeof(word) && __atomic_always_lock_free(sizeof(word), nullptr));

    static bool begins_word(const real* cell) noexcept { return reinterpret_cast<std::uintptr_t>(cell) % sizeof(word) == 0; }
    static std::uint64_t load_word(const real* cell) noexcept {
        return __atomic_load_n(reinterpret_cast<const word*>(cell), __ATOMIC_RELAXED);
    }
    static void store_word(real& first, std::uint64_t value) noexcept {
        __atomic_store_n(reinterpret_cast<word*>(&first), value, __ATOMIC_RELAXED);
    }
};

static_assert(race_free_access<relaxed>);

} // namespace peccary
