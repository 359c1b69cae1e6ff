// The contract of turn orders: when simulated workers take their turns.
#pragma once

#include <cstdint>

namespace peccary {

/// A simulated worker has two kinds of turns, alternately: in one it reads and evaluates an update,
/// in the next it applies it. Whoever runs the workers (scheme/simulation.hpp) asks whose turn is
/// next, and tells what came of it. An order knows nothing of updates, and draws no number that
/// depends on one, so that it is the same for every scheme that never makes a worker wait.
/// Type-erased, so that there is one loop for all orders. Thread-safety: none; one thread
/// simulates.
class turn_order {
public:
    turn_order() = default;
    turn_order(const turn_order&) = delete;
    turn_order& operator=(const turn_order&) = delete;
    virtual ~turn_order() = default;

    /// Before the first stretch of an epoch, or of what is left of it.
    virtual void begin_epoch(std::uint64_t epoch) = 0;
    /// Before a stretch: workers 0 to `workers` - 1 have read nothing.
    virtual void assemble(unsigned workers) = 0;
    /// Whose turn is next; of no meaning if all rest.
    virtual unsigned next() = 0;
    /// The worker has read; it applies at its next turn.
    virtual void has_read(unsigned worker) = 0;
    /// The worker cannot read, since all is handed out or a lock is taken. It needs no turn, unless
    /// `has_read` follows.
    virtual void rests(unsigned worker) = 0;
};

} // namespace peccary
