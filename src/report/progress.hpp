// What standard error tells of a command at work: how its run stands, and notes.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/statistics/histogram.hpp"
#include "report/facts.hpp"
#include "report/progress_line.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace peccary::program {

enum class progress_style : std::uint8_t {
    quiet, ///< nothing
    none,  ///< notes only
    plain, ///< lines of text
    bar,   ///< one line that is drawn again and again, for a terminal
    json   ///< JSON lines, notes too; docs/progress.md has the fields
};

/// Of --progress; "auto" is a bar if standard error is a terminal that can redraw a line (TERM is
/// not "dumb"), else plain lines. Throws `usage_error` for a bar where there is no such terminal.
progress_style progress_style_named(std::string_view name, bool quiet);

/// A run to be watched. The functions are called from another thread while an epoch runs.
struct watched_run {
    std::string place; ///< which of several runs it is: "run 2/3"; empty if it is alone
    /// What tells its records from those of other runs.
    std::vector<std::pair<std::string, std::variant<std::uint64_t, std::string>>> fields;
    std::uint64_t epochs = 1;
    std::uint64_t updates_per_epoch = 1;
    std::uint64_t updates_before = 0;               ///< done before the run was resumed
    std::function<std::uint64_t()> updates_applied; ///< since then, so far
    std::function<histogram()> staleness;           ///< since then, so far

    /// One of many, whose time is compared: nothing is drawn while workers run, and plain lines
    /// tell of its end only.
    bool measured = false;
    std::uint64_t runs_after = 0; ///< that come after it
    double seconds_a_run = 0;     ///< so far, on average; 0 if not known yet
};

class progress;

/// While it lives, a run is watched: to be declared after the run, which it must not outlive.
class [[nodiscard]] watching {
public:
    explicit watching(progress& by) : by_(&by) {}
    watching(const watching&) = delete;
    watching& operator=(const watching&) = delete;
    ~watching();

private:
    progress* by_;
};

/// The bar is drawn when a run begins, at the end of an epoch, and every 100 ms in between by a
/// thread of its own, which sleeps otherwise. Colours only on a terminal without NO_COLOR
/// (no-color.org). Thread-safety: one thread calls.
class progress {
public:
    explicit progress(progress_style style);
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress() { end(); }

    /// A line of its own, above the bar.
    void note(const std::string& text);

    /// One run at a time.
    watching watch(watched_run run);

    /// An epoch of it has ended and was evaluated.
    void epoch_done(const epoch_facts& facts);

    /// An epoch of it has ended and was not evaluated.
    void epoch_done();

private:
    friend class watching;
    void end();
    progress_figures figures() const;
    void plain_line(const progress_figures& now);
    void draw();
    void erase();
    void tick();

    progress_style style_;
    bool colours_ = false;
    stopwatch since_line_; ///< since the last plain line
    bool any_line_ = false;
    stopwatch since_draw_;
    std::mutex mutex_; // guards all below
    std::condition_variable stopped_;
    bool stopping_ = false;
    bool drawn_ = false;
    stopwatch since_begin_; ///< of the run, evaluation included: what the user waits for
    watched_run run_;
    epoch_facts last_;
    std::thread ticker_; // last: it uses all of the above
};

} // namespace peccary::program
