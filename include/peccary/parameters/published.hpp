// Whole versions of the parameters, published one after another by compare-and-swap: readers never
// see a half-written one, and nobody waits.
#pragma once

#include "peccary/core/storage.hpp"
#include "peccary/core/types.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace peccary {

/// What `published` is made of. A test has atomics of its own, to try all orders of their steps
/// (tests/parameters/interleavings.cpp).
struct standard_steps {
    template <class Value>
    using atomic = std::atomic<Value>;

    static void copy(std::span<const real> from, real* to) { std::ranges::copy(from, to); }
};

/// The versions of `size` reals that up to `workers` members read, copy and publish, as in
/// Leashed-SGD (Backstrom, Walulya, Papatriantafilou, Tsigas 2021), with memory that is reused
/// instead of freed. A version is a slot of a fixed pool; `newest_` is the number of the slot that
/// was published last. A slot is written by the one member that has taken it, until it publishes
/// it, and by nobody from then until it is taken again.
///
/// Reclamation. Each slot counts who refers to it: one for being taken or the newest, and one for
/// each member that has pinned it. None means free, and only a free slot is taken.
///
///   pin       newest_ -> s;  references(s) + 1;  if newest_ is still s: it is pinned, else
///             references(s) - 1 and again
///   publish   newest_: the pinned slot -> the taken one;  if it was so, references(pinned) - 2,
///             else - 1
///   take      references(s): 0 -> 1
///
/// A pinned version is not overwritten. All changes of references(s) are read-modify-writes of one
/// atomic, so an addition acquires all that was released by subtractions before it (they head
/// release sequences). If a pin adds before s is let go by whoever replaced it as the newest, no
/// take succeeds until the pin ends. If it adds after, it has acquired the replacement; so its
/// second look at `newest_` finds that, or a later publication, be it of s again: then s is the
/// newest, and the pin is good. So acquire and release will do, without one order over all atomics.
/// A slot that is pinned is not published again, so a compare-and-swap from it that succeeds has
/// found the very version that was copied.
///
/// Bounds. A member refers to two slots at most, to none when it takes one, and one is the newest:
/// of 2 * workers slots there is always a free one.
/// A pin or a swap fails only if another member has published, and so some member always makes
/// progress.
///
/// Considerations. Hazard pointers need a look at the announcements of all workers whenever a slot
/// is to be reused: 1,024 lines with as many virtual workers. A reference count beside the slot's
/// number, in one atomic, makes a pin a single addition, but then every reader's pin makes the
/// swaps under way fail. Both are small beside the copy of a version.
template <class Steps = standard_steps>
class published {
    using slot_number = std::uint32_t;
    static constexpr slot_number none = UINT32_MAX;

public:
    class member;

    /// Throws `std::bad_alloc`. All memory there will ever be; what no version has been written to
    /// is not resident.
    published(std::size_t size, unsigned workers)
        : size_(size), stride_((size + line - 1) / line * line), slots_(2 * std::size_t{workers}),
          memory_(slots_.size() * stride_ * sizeof(real)) {
        std::size_t offset = 0;
        cells_ = memory_.template carve<real>(offset, slots_.size() * stride_);
        // whoever makes members of this orders it
        slots_[0].references.store(1, std::memory_order_relaxed);
    }
    published(const published&) = delete;
    published& operator=(const published&) = delete;
    ~published() = default;

    /// How many versions there is memory for.
    std::size_t capacity() const noexcept { return slots_.size(); }

    /// The newest version, for whoever is alone with it: no member may have anything pinned or
    /// taken.
    std::span<real> exclusive() noexcept { return {cells(newest_.load(std::memory_order_relaxed)), size_}; }

    /// How many versions are referred to: 1, the newest, when no member has anything pinned or
    /// taken.
    std::size_t in_use() const noexcept {
        return static_cast<std::size_t>(
            std::ranges::count_if(slots_, [](const slot& each) { return each.references.load(std::memory_order_relaxed) > 0; }));
    }

private:
    struct alignas(cache_line) slot {
        typename Steps::template atomic<std::uint32_t> references{0};
        /// how many were published before; written and read as the slot's cells are
        std::uint64_t version = 0;
    };
    static_assert(sizeof(slot) == cache_line);
    static constexpr std::size_t line = cache_line / sizeof(real);

    real* cells(slot_number at) noexcept { return cells_ + at * stride_; }

    std::size_t size_;
    std::size_t stride_; ///< in reals, from one slot's cells to the next one's
    std::vector<slot> slots_;
    page_buffer memory_;
    real* cells_ = nullptr;
    alignas(cache_line) typename Steps::template atomic<slot_number> newest_{0}; // written by all
};

/// One worker's part. An update is `read`, then `copy` and `publish` until the latter succeeds, or
/// the update is given up. `leave` before the member ends. Thread-safety: none; it belongs to its
/// worker. Members of different workers may do anything at once.
template <class Steps>
class published<Steps>::member {
public:
    /// `worker` is its number, from 0.
    member(published& versions, unsigned worker) noexcept : versions_(&versions), free_(worker + 1) {}

    /// The cells of the newest version, which stay as they are until `copy`.
    const real* read() noexcept {
        read_ = pin();
        version_read_ = at(read_).version;
        return versions_->cells(read_);
    }

    /// A copy of the newest version, which nobody else sees. What was read is no longer valid.
    real* copy() noexcept {
        let_go(read_);
        if (taken_ == none) {
            taken_ = take();
        }
        copied_ = pin();
        real* const cells = versions_->cells(taken_);
        Steps::copy({versions_->cells(copied_), versions_->size_}, cells);
        at(taken_).version = at(copied_).version + 1;
        return cells;
    }

    /// Versions that were published after the one read, up to the one copied: if `publish`
    /// succeeds, all there were.
    std::uint64_t staleness() const noexcept { return at(taken_).version - 1 - version_read_; }

    /// Makes the copy the newest version; false if it is a copy of one that is no longer the
    /// newest.
    bool publish() noexcept {
        slot_number expected = copied_;
        // Release: whoever pins this version by the acquire in `pin` sees its cells. A swap that
        // fails says only that it failed.
        const bool done =
            versions_->newest_.compare_exchange_strong(expected, taken_, std::memory_order_release, std::memory_order_relaxed);
        // the newest version's own reference is passed on to the new one
        release(copied_, done ? 2 : 1);
        if (done) {
            taken_ = none;
        }
        return done;
    }

    /// Lets go of what was read or copied.
    void leave() noexcept {
        let_go(read_);
        let_go(taken_);
    }

private:
    slot& at(slot_number number) const noexcept { return versions_->slots_[number]; }

    slot_number pin() noexcept {
        for (;;) {
            // the second look decides
            const slot_number found = versions_->newest_.load(std::memory_order_relaxed);
            // pairs with that in `release`
            at(found).references.fetch_add(1, std::memory_order_acquire);
            // pairs with that in `publish`
            if (versions_->newest_.load(std::memory_order_acquire) == found) {
                return found;
            }
            release(found, 1);
        }
    }

    /// Begins where this worker last saw a slot become free, whose cells are likely in its cache.
    slot_number take() noexcept {
        for (slot_number number = free_;; ++number) {
            number = number < versions_->slots_.size() ? number : 0;
            auto& references = at(number).references;
            std::uint32_t expected = 0;
            // Acquire pairs with the release in `release`: those who read the slot have done so.
            // Look before swapping, for the line's sake.
            if (references.load(std::memory_order_relaxed) == 0 &&
                references.compare_exchange_strong(expected, 1, std::memory_order_acquire, std::memory_order_relaxed)) {
                return number;
            }
        }
    }

    void let_go(slot_number& held) noexcept {
        if (held != none) {
            release(held, 1);
            held = none;
        }
    }

    void release(slot_number number, std::uint32_t count) noexcept {
        // Release pairs with the acquire in `take`: the cells were read before they are written
        // again. And with that in `pin`: who comes after this knows what has replaced the slot.
        if (at(number).references.fetch_sub(count, std::memory_order_release) == count) {
            free_ = number;
        }
    }

    published* versions_;
    slot_number read_ = none;   ///< pinned
    slot_number copied_ = none; ///< pinned, between `copy` and `publish`
    slot_number taken_ = none;
    slot_number free_; ///< a guess
    std::uint64_t version_read_ = 0;
};

} // namespace peccary
