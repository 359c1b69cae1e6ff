// The time that something takes which happens too often to time each: an estimate from a sample.
#pragma once

#include "peccary/core/stopwatch.hpp"

#include <cstdint>

namespace peccary {

/// Reading the clock twice takes some 50 ns, as long as what is to be timed: an add that is
/// retried, a batch's adds. So one call in sixteen is timed, the first one included, and stands for
/// the others. The expectation is right, but the few calls in whose midst the system stops the
/// thread are counted sixteenfold or not at all. Thread-safety: none; it belongs to its worker.
class sampled_time {
public:
    template <class Work>
    void run(Work work) {
        if (calls_++ % period == 0) [[unlikely]] {
            const stopwatch watch;
            work();
            timed_ += watch.seconds();
        } else {
            work();
        }
    }

    /// Of all calls.
    double seconds() const noexcept {
        const std::uint64_t timed_calls = (calls_ + period - 1) / period;
        return calls_ == 0 ? 0 : timed_ * static_cast<double>(calls_) / static_cast<double>(timed_calls);
    }

private:
    static constexpr std::uint64_t period = 16;
    std::uint64_t calls_ = 0;
    double timed_ = 0;
};

} // namespace peccary
