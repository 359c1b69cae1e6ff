// Hands out a byte source in line-aligned blocks, so that one thread reads or decompresses while
// the others parse.
#pragma once

#include "peccary/data/format/byte_source.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace peccary {

/// Whole lines of text. Reused from claim to claim by the thread that owns it, so that its buffer
/// is allocated once.
class text_block {
public:
    /// Bytes after the last newline that may be read (they are zero), for code that loads words.
    static constexpr std::size_t padding = 64;

    /// 0 for the first block of the source, then ascending without gaps.
    std::uint64_t sequence() const noexcept { return sequence_; }

    /// Not empty; ends in a newline, which is supplied where the source's last line has none.
    std::string_view text() const noexcept { return {buffer_.get() + begin_, end_ - begin_}; }

    /// Drops `count` bytes at the front, as a reader does with the header that it has seen.
    void skip(std::size_t count) noexcept { begin_ += count; }

private:
    friend class text_blocks;

    /// Room for `capacity` bytes and the padding; keeps the first `used` bytes.
    void reserve(std::size_t capacity, std::size_t used) {
        if (buffer_ != nullptr && capacity <= capacity_) {
            return;
        }
        // 1: the newline that may be supplied
        auto larger = std::make_unique_for_overwrite<char[]>(capacity + 1 + padding);
        if (used > 0) {
            std::memcpy(larger.get(), buffer_.get(), used);
        }
        buffer_ = std::move(larger);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t sequence_ = 0;
};

/// How often two bytes occur in a text. Counts in bytes for as long as they cannot overflow, which
/// compilers vectorise into one comparison and one subtraction per 16 bytes; with `std::count`,
/// which counts in 64 bits, this took a third of the time of parsing.
inline std::pair<std::size_t, std::size_t> count_bytes(std::string_view text, char first, char second) noexcept {
    constexpr std::size_t lanes = 32;
    constexpr std::size_t strides = 255;
    std::pair<std::size_t, std::size_t> counts{0, 0};
    std::size_t at = 0;
    while (text.size() - at >= lanes) {
        std::array<std::uint8_t, lanes> firsts{};
        std::array<std::uint8_t, lanes> seconds{};
        const std::size_t end = at + lanes * (std::min)(strides, (text.size() - at) / lanes);
        for (; at < end; at += lanes) {
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                firsts[lane] = static_cast<std::uint8_t>(firsts[lane] + (text[at + lane] == first));
                seconds[lane] = static_cast<std::uint8_t>(seconds[lane] + (text[at + lane] == second));
            }
        }
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            counts.first += firsts[lane];
            counts.second += seconds[lane];
        }
    }
    for (; at < text.size(); ++at) {
        counts.first += static_cast<std::size_t>(text[at] == first);
        counts.second += static_cast<std::size_t>(text[at] == second);
    }
    return counts;
}

/// Considerations. Mapping the file would save one copy of 0.1 ms a megabyte, a tenth of the time
/// that parsing it takes, but mapped pages count as resident, pipes and decompressors cannot be
/// mapped, and a file that shrinks while it is read becomes a signal instead of an error. Cutting
/// the file into one range per thread would need its size and gives no order in which errors are
/// found.
///
/// Thread-safety: `claim` may be called from any number of threads, each with its own block. The
/// source is used by one at a time.
class text_blocks {
public:
    static constexpr std::size_t default_block_bytes = std::size_t{1} << 20U;

    explicit text_blocks(byte_source& source, std::size_t block_bytes = default_block_bytes)
        : source_(source), block_bytes_((std::max<std::size_t>)(block_bytes, 1)) {}

    const std::string& name() const noexcept { return source_.name(); }

    /// Gives the next whole lines: about `block_bytes` of them, more where one line is longer.
    /// False at the end.
    /// What the source throws comes out only after all whole lines before it were handed out, with
    /// the block's sequence number set to the one that would follow; so which error of a file is
    /// the first one does not depend on the block size.
    bool claim(text_block& block) {
        const std::scoped_lock lock(mutex_);
        if (returned_) {
            block = std::move(*returned_);
            returned_.reset();
            return true;
        }
        block.sequence_ = next_sequence_;
        if (!fill(block)) {
            if (failure_) {
                std::rethrow_exception(failure_);
            }
            return false;
        }
        ++next_sequence_;
        return true;
    }

    /// Gives the block claimed last back, less what was skipped; the next claim returns what is
    /// left of it, or the block behind it, under the same sequence number. Only while no other
    /// thread claims.
    void give_back(text_block&& block) {
        if (!block.text().empty()) {
            returned_ = std::move(block);
        } else {
            next_sequence_ = block.sequence_;
        }
    }

private:
    bool fill(text_block& block) {
        std::size_t used = carry_.size();
        std::size_t searched = 0; // no newline before this place
        std::size_t goal = used + block_bytes_;
        block.reserve(goal, 0);
        std::memcpy(block.buffer_.get(), carry_.data(), used);
        carry_.clear();
        for (;;) {
            used += read_up_to(block.buffer_.get() + used, goal - used);
            const std::string_view fresh(block.buffer_.get() + searched, used - searched);
            std::size_t end = 0;
            if (const std::size_t newline = fresh.rfind('\n'); newline != std::string_view::npos) {
                end = searched + newline + 1;
                carry_.assign(block.buffer_.get() + end, used - end);
            } else if (!ended_) {
                searched = used;
                goal = 2 * used;
                block.reserve(goal, used);
                continue;
            } else if (used == 0 || failure_) {
                return false; // what a damaged source leaves of its last line is no line
            } else {
                block.buffer_[used] = '\n';
                end = used + 1;
            }
            block.begin_ = 0;
            block.end_ = end;
            std::memset(block.buffer_.get() + end, 0, text_block::padding);
            return true;
        }
    }

    std::size_t read_up_to(char* into, std::size_t wanted) {
        std::size_t total = 0;
        while (total < wanted && !ended_) {
            try {
                const std::size_t count = source_.read(std::span(into + total, wanted - total));
                ended_ = count == 0;
                total += count;
            } catch (...) {
                failure_ = std::current_exception();
                ended_ = true;
            }
        }
        return total;
    }

    byte_source& source_;
    std::size_t block_bytes_;
    std::mutex mutex_;  // guards all below
    std::string carry_; ///< the last, partial line of the block handed out last
    std::optional<text_block> returned_;
    std::uint64_t next_sequence_ = 0;
    std::exception_ptr failure_;
    bool ended_ = false;
};

} // namespace peccary
