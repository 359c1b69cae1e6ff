// The way of a worker through the long blocks that it adds to.
#pragma once

#include <cstddef>

namespace peccary {

/// In which order a worker goes through the parts of a long block that it adds to.
///
/// Considerations. Two workers who go the same way through the same block at the same time stay
/// together: each takes the line that the other needs next, whoever is ahead is held up, and so it
/// goes on for whole epochs, which take longer than with one worker (docs/experiments.md). Two who
/// go opposite ways meet once. Of more than two, those of one parity may still follow each other.
/// Blocks of one part have one direction.
struct block_sweep {
    bool downwards = false;

    /// That of one of a run's workers.
    static constexpr block_sweep of_worker(unsigned worker) noexcept { return {.downwards = worker % 2 == 1}; }

    /// Calls `visit(first, length)` for each part of a block of `size` cells.
    template <class Visit>
    void for_each_part(std::size_t size, Visit visit) const {
        constexpr std::size_t part = 1024; // a page; the only length that was tried
        if (!downwards || size <= part) {
            visit(std::size_t{0}, size);
            return;
        }
        for (std::size_t first = (size - 1) / part * part, length = size - first;; first -= part, length = part) {
            visit(first, length);
            if (first == 0) {
                return;
            }
        }
    }
};

} // namespace peccary
