// Elapsed wall time in seconds from the steady clock.
#pragma once

#include <chrono>

namespace peccary {

class stopwatch {
public:
    using clock = std::chrono::steady_clock;

    /// Seconds since construction or the last `restart`.
    double seconds() const noexcept { return std::chrono::duration<double>(clock::now() - start_).count(); }
    void restart() noexcept { start_ = clock::now(); }

private:
    clock::time_point start_ = clock::now();
};

} // namespace peccary
