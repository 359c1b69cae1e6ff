// The text readers' loop: parses the blocks of a text on several threads, in any order.
#pragma once

#include "peccary/core/parallel.hpp"
#include "peccary/data/format/text_blocks.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace peccary {

/// What became of a text: the chunks of its blocks in order, up to and including the first that
/// failed, and the exception that stopped the reading behind the last of them, if one did.
template <class Chunk>
struct parsed_blocks {
    std::deque<Chunk> chunks;
    std::exception_ptr failure;
};

/// Calls `Chunk parse(const text_block&)` for every block that is left, on `threads` threads. After
/// a chunk with `failed()` or an exception no further blocks are claimed, but those before it are
/// finished: blocks are claimed in order, so the first error of the text is among the chunks
/// returned, whatever the number of threads. No block may have been claimed before and not been
/// given back.
template <class Chunk, class Parse>
parsed_blocks<Chunk> parse_all_blocks(text_blocks& blocks, unsigned threads, const Parse& parse) {
    std::mutex mutex; // guards the next three
    std::deque<std::optional<Chunk>> chunks;
    std::uint64_t thrown_at = (std::numeric_limits<std::uint64_t>::max)();
    std::exception_ptr thrown;
    std::atomic<bool> stop{false};

    run_on_threads(threads, [&] {
        text_block block;
        try {
            // Relaxed: a thread that sees the flag late parses one block more than it need.
            while (!stop.load(std::memory_order_relaxed) && blocks.claim(block)) {
                Chunk chunk = parse(std::as_const(block));
                if (chunk.failed()) {
                    stop.store(true, std::memory_order_relaxed);
                }
                const std::scoped_lock lock(mutex);
                if (chunks.size() <= block.sequence()) {
                    chunks.resize(block.sequence() + 1);
                }
                chunks[block.sequence()] = std::move(chunk);
            }
        } catch (...) {
            stop.store(true, std::memory_order_relaxed);
            const std::scoped_lock lock(mutex);
            if (block.sequence() < thrown_at) {
                thrown_at = block.sequence();
                thrown = std::current_exception();
            }
        }
    });

    parsed_blocks<Chunk> result;
    for (std::uint64_t i = 0; i < chunks.size() && i < thrown_at; ++i) {
        result.chunks.push_back(std::move(*chunks[i]));
        if (result.chunks.back().failed()) {
            return result;
        }
    }
    result.failure = thrown;
    return result;
}

} // namespace peccary
