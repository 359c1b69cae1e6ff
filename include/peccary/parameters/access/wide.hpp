// Several neighbouring coordinates by one load, store or compare-and-swap: what long blocks are
// moved by.
#pragma once

#include "peccary/core/sanitizer.hpp"
#include "peccary/core/types.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && !PECCARY_UNDER_THREAD_SANITIZER
#include <cpuid.h>
#endif

namespace peccary {

/// Relaxed accesses of as many coordinates as one instruction takes, each coordinate for itself; a
/// swap is of all of them or none.
///
/// On x86-64 that is four, by SSE's moves of aligned 16 bytes, which never tear a coordinate
/// (processors with AVX move all four at once: Intel's manual, volume 3, 9.1.1; AMD's, volume 2,
/// 7.3.2). The language has no relaxed access to several objects, so the moves are written in
/// assembly: the compiler takes them as they stand, and may neither split nor repeat them.
/// ThreadSanitizer does not see into assembly; under it, and on other processors, it is one relaxed
/// atomic access of 64 bits, by the builtins under `std::atomic_ref`, which g++ and clang define
/// over cells that others access with 32.
namespace wide {

#if defined(__x86_64__) && !PECCARY_UNDER_THREAD_SANITIZER

using value [[gnu::vector_size(16), gnu::may_alias]] = real;
inline constexpr std::size_t copied_together = 8; ///< by AVX

inline value load(const real* from) noexcept {
    value loaded;
    asm volatile("movaps %1, %0" : "=x"(loaded) : "m"(*reinterpret_cast<const value*>(from))); // NOLINT(hicpp-no-assembler)
    return loaded;
}
// NOLINTNEXTLINE(readability-non-const-parameter): assembly writes to it
inline void store(real* to, value stored) noexcept {
    asm volatile("movaps %1, %0" : "=m"(*reinterpret_cast<value*>(to)) : "x"(stored)); // NOLINT(hicpp-no-assembler)
}

/// `count` coordinates, a multiple of `copied_together`, by moves of aligned 32 bytes. Such a move
/// may be two of 16, of which the same holds.
[[gnu::target("avx")]] inline void copy_by_avx(const real* from, real* to, std::size_t count) noexcept {
    using copied [[gnu::vector_size(32), gnu::may_alias]] = real;
    using copied_anywhere [[gnu::vector_size(32), gnu::may_alias, gnu::aligned(alignof(real))]] = real;
    static_assert(sizeof(copied) == copied_together * sizeof(real));
#pragma GCC unroll 4
    for (const real* const end = from + count; from != end; from += copied_together, to += copied_together) {
        copied loaded;
        asm volatile("vmovaps %1, %0" : "=x"(loaded) : "m"(*reinterpret_cast<const copied*>(from))); // NOLINT(hicpp-no-assembler)
        *reinterpret_cast<copied_anywhere*>(to) = loaded;
    }
}
/// Copies the first of `count` coordinates, as many as can be copied faster than by `load`, into
/// private memory. Returns how many: none without AVX.
/// `from` is aligned to `copied_together` of them.
inline std::size_t copy_together(const real* from, real* to, std::size_t count) noexcept {
    static const bool supported = __builtin_cpu_supports("avx") != 0;
    if (!supported) {
        return 0; // even a copy of nothing may have an instruction of AVX
    }
    const std::size_t together = count / copied_together * copied_together;
    copy_by_avx(from, to, together);
    return together;
}

/// Whether `compare_exchange` may be called: by every x86-64 processor since 2006.
inline bool exchanges_here() noexcept {
    static const bool supported = [] {
        unsigned a = 0;
        unsigned b = 0;
        unsigned c = 0;
        unsigned d = 0;
        constexpr unsigned cmpxchg16b = 1U << 13U;
        return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & cmpxchg16b) != 0;
    }();
    return supported;
}
/// Stores `desired` if there is `expected`, else sets `expected` to what was found.
inline bool compare_exchange(real* at, value& expected, value desired) noexcept { // NOLINT(readability-non-const-parameter): written to
    struct halves {
        std::uint64_t low;
        std::uint64_t high;
    };
    const auto wanted = std::bit_cast<halves>(desired);
    auto found = std::bit_cast<halves>(expected);
    bool swapped = false;
    asm volatile("lock cmpxchg16b %0" // NOLINT(hicpp-no-assembler)
                 : "+m"(*reinterpret_cast<value*>(at)), "+a"(found.low), "+d"(found.high), "=@ccz"(swapped)
                 : "b"(wanted.low), "c"(wanted.high));
    expected = std::bit_cast<value>(found);
    return swapped;
}

#else

using value [[gnu::vector_size(8), gnu::may_alias]] = real;
using bits [[gnu::may_alias]] = std::uint64_t;
inline constexpr std::size_t copied_together = 2;
static_assert(sizeof(value) == sizeof(bits) && __atomic_always_lock_free(sizeof(bits), nullptr));

inline value load(const real* from) noexcept {
    return std::bit_cast<value>(std::uint64_t{__atomic_load_n(reinterpret_cast<const bits*>(from), __ATOMIC_RELAXED)});
}
inline void store(real* to, value stored) noexcept {
    __atomic_store_n(reinterpret_cast<bits*>(to), std::bit_cast<std::uint64_t>(stored), __ATOMIC_RELAXED);
}
constexpr std::size_t copy_together(const real* /*from*/, real* /*to*/, std::size_t /*count*/) noexcept { return 0; }

constexpr bool exchanges_here() noexcept { return true; }
inline bool compare_exchange(real* at, value& expected, value desired) noexcept { // NOLINT(readability-non-const-parameter): written to
    bits found = std::bit_cast<std::uint64_t>(expected);
    const bool swapped = __atomic_compare_exchange_n(reinterpret_cast<bits*>(at), &found, std::bit_cast<std::uint64_t>(desired), false,
                                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    expected = std::bit_cast<value>(std::uint64_t{found});
    return swapped;
}

#endif

inline constexpr std::size_t lanes = sizeof(value) / sizeof(real);

/// Private memory, wherever it begins.
using unaligned_value [[gnu::vector_size(sizeof(value)), gnu::aligned(alignof(real)), gnu::may_alias]] = real;

} // namespace wide

/// Whether a group of `Lanes` cells may begin at `cell`.
template <std::size_t Lanes>
bool begins_group(const real* cell) noexcept {
    return reinterpret_cast<std::uintptr_t>(cell) % (Lanes * sizeof(real)) == 0;
}

/// From this length on, a block is worth a search for its first group.
inline constexpr std::size_t long_block = 32;

/// Calls `visit(cell)` for each group of `Lanes` cells of a block that begins where such a group
/// may, and `visit_one(cell)` for the other cells: no access goes beyond the block, so adds to
/// neighbouring blocks never collide. In short blocks, whose length the compiler mostly knows, the
/// search for the first group costs more than it saves: they have groups only if they begin with
/// one, as the rows of a matrix with a multiple of `Lanes` columns do.
template <std::size_t Lanes, class Real, class Visit, class VisitOne>
void for_each_group(Real* cell, std::size_t size, Visit visit, VisitOne visit_one) {
    Real* const end = cell + size;
    if (size >= long_block) {
        for (; !begins_group<Lanes>(cell); ++cell) {
            visit_one(cell);
        }
    }
    if (size >= Lanes && begins_group<Lanes>(cell)) {
#pragma GCC unroll 4
        for (; static_cast<std::size_t>(end - cell) >= Lanes; cell += Lanes) {
            visit(cell);
        }
    }
    for (; cell != end; ++cell) {
        visit_one(cell);
    }
}

/// Cells of what counts as a line of the cache: on x86 a pair of lines, which processors fetch
/// together.
inline constexpr std::size_t line_cells = cache_line / sizeof(real);

/// The same, and of a long block `visit_line(cell)` for each whole line.
template <std::size_t Lanes, class Real, class VisitLine, class Visit, class VisitOne>
void for_each_line(Real* cell, std::size_t size, VisitLine visit_line, Visit visit, VisitOne visit_one) {
    static_assert(long_block >= line_cells); // fewer cells than a line has come before the first
    if (size >= long_block) {
        Real* const end = cell + size;
        for (; !begins_group<Lanes>(cell); ++cell) {
            visit_one(cell);
        }
        for (; !begins_group<line_cells>(cell); cell += Lanes) {
            visit(cell);
        }
        for (; static_cast<std::size_t>(end - cell) >= line_cells; cell += line_cells) {
            visit_line(cell);
        }
        size = static_cast<std::size_t>(end - cell);
    }
    for_each_group<Lanes>(cell, size, visit, visit_one);
}

} // namespace peccary
