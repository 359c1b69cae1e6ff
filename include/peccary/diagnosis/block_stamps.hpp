// Version stamps of the blocks of the shared parameters: who reads one learns whether it was
// written meanwhile, and how often since.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/parameters/layout.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

/// Consecutive spans of one layer: those whose names are the same up to a dot, "layer1.weights" and
/// "layer1.bias".
struct parameter_block {
    std::string name;
    std::size_t first = 0; ///< offset in reals; a block ends where the next one begins
};

inline std::vector<parameter_block> blocks_of(const parameter_layout& layout) {
    std::vector<parameter_block> blocks;
    for (const parameter_span& span : layout.spans()) {
        const std::string_view name = std::string_view(span.name).substr(0, span.name.find('.'));
        if (blocks.empty() || blocks.back().name != name) {
            blocks.push_back({.name = std::string(name), .first = span.offset});
        }
    }
    return blocks;
}

/// A sequence lock's counters without the lock, and for several writers at once: one counts writes
/// begun, one writes ended. A read was whole if, as it ended, no more writes had begun than had
/// ended as it began. Thread-safety: all members from any thread.
///
///   reader: ended = s.ended()   read   s.unchanged_since(ended)
///   writer: s.begin_write()     write  s.end_write()
class block_stamp {
public:
    void begin_write() noexcept {
        begun_.fetch_add(1, std::memory_order_relaxed);
        // pairs with the fence in `unchanged_since`: who reads what is written sees it begun
        std::atomic_thread_fence(std::memory_order_release);
    }
    // pairs with the acquire in `ended`
    void end_write() noexcept { ended_.fetch_add(1, std::memory_order_release); }

    // pairs with the release in `end_write`
    std::uint64_t ended() const noexcept { return ended_.load(std::memory_order_acquire); }

    bool unchanged_since(std::uint64_t ended) const noexcept {
        // pairs with the fence in `begin_write`
        std::atomic_thread_fence(std::memory_order_acquire);
        return begun_.load(std::memory_order_relaxed) == ended;
    }

    /// Counts an update that has written the block.
    // pairs with the acquire in `applied`
    void apply() noexcept { applied_.fetch_add(1, std::memory_order_release); }

    /// Updates that have written it.
    // pairs with the release in `apply`
    std::uint64_t applied() const noexcept { return applied_.load(std::memory_order_acquire); }

private:
    alignas(cache_line) std::atomic<std::uint64_t> begun_{0};
    std::atomic<std::uint64_t> ended_{0};
    std::atomic<std::uint64_t> applied_{0};
};
static_assert(sizeof(block_stamp) == cache_line);

/// The stamps of all blocks, and one of all parameters together. Thread-safety: as of
/// `block_stamp`.
class block_stamps {
public:
    explicit block_stamps(const parameter_layout& layout) : blocks_(blocks_of(layout)), stamps_(blocks_.size()) {}

    std::size_t size() const noexcept { return blocks_.size(); }
    const parameter_block& block(std::size_t number) const noexcept { return blocks_[number]; }

    /// Which block a coordinate belongs to; those behind the last one's begin belong to it.
    std::size_t block_at(std::size_t offset) const noexcept {
        const auto next = std::ranges::upper_bound(blocks_, offset, {}, &parameter_block::first);
        return static_cast<std::size_t>(next - blocks_.begin()) - 1;
    }
    /// Where a block ends.
    std::size_t end_of(std::size_t number) const noexcept { return number + 1 < blocks_.size() ? blocks_[number + 1].first : SIZE_MAX; }

    block_stamp& of(std::size_t number) noexcept { return stamps_[number]; }
    block_stamp& of_all() noexcept { return all_; }

private:
    std::vector<parameter_block> blocks_;
    std::vector<block_stamp> stamps_;
    block_stamp all_;
};

} // namespace peccary
