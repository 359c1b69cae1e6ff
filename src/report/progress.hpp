// Progress on standard error: one live line on a terminal, plain lines anywhere else, nothing if quiet.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "report/facts.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace peccary::program {

enum class progress_style : std::uint8_t { none, lines, live };

/// Live if standard error is a terminal that can redraw a line (TERM is not "dumb"); else lines.
progress_style style_for_standard_error();

struct progress_plan {
    std::uint64_t epochs = 1;
    std::uint64_t updates_per_epoch = 1;
    std::uint64_t updates_before = 0; ///< done before the run was resumed
    /// Updates applied since then, so far. Called from another thread while an epoch runs.
    std::function<std::uint64_t()> updates_applied;
};

/// The live line is redrawn at the end of an epoch, and every 100 ms in between by a thread of its own, which sleeps otherwise.
/// Colours only on a terminal without NO_COLOR (no-color.org).
/// Thread-safety: one thread calls; the destructor ends the line.
class progress {
public:
    progress(progress_style style, progress_plan plan);
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress();

    /// Reports the end of an epoch.
    void epoch_done(const epoch_facts& facts);

    /// Prints a line of its own, above the live one.
    void note(const std::string& text);

private:
    void draw();
    void erase();
    void tick();
    std::string live_line(std::size_t width) const;

    progress_style style_;
    progress_plan plan_;
    bool colours_ = false;
    stopwatch since_start_; ///< of the run, evaluation included: what the user waits for
    stopwatch since_line_;
    std::mutex mutex_; // guards all below
    std::condition_variable stopped_;
    bool stopping_ = false;
    bool drawn_ = false;
    epoch_facts last_;
    std::thread ticker_; // last: it uses all of the above
};

} // namespace peccary::program
