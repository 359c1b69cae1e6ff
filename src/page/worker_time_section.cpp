// The section of where workers spent their time.
#include "page/markup.hpp"
#include "page/sections.hpp"
#include "page/time_chart.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <cstddef>

namespace peccary::program {

namespace {

using rows_of_text = std::vector<std::vector<std::string>>;

/// With more, a bar stands for a whole run.
constexpr std::size_t most_worker_bars = 48;

/// Of each worker, or of each run, if there would be too many.
std::vector<charted_worker> timed_workers(const page_content& of) {
    std::size_t workers = 0;
    for (const charted_run& run : of.runs) {
        workers += run.simulated ? 0 : run.by_worker.size();
    }
    std::vector<charted_worker> timed;
    for (const charted_run& run : of.runs) {
        if (run.by_worker.empty() || run.simulated) {
            continue; // it did not end, or its workers have no time of their own
        }
        if (workers > most_worker_bars || run.by_worker.size() == 1) {
            timed.push_back({.name = run.label, .figures = all_workers(run)});
            continue;
        }
        for (const charted_worker& each : run.by_worker) {
            timed.push_back({.name = run.label + ": " + each.name, .figures = each.figures});
        }
    }
    return timed;
}

std::vector<std::string> time_row(const charted_worker& of) {
    const auto seconds = [](double value) { return fmt::format("{:.6g}", value); };
    const worker_times& parts = of.figures.times;
    return {of.name,
            seconds(parts.all()),
            seconds(parts.computing),
            seconds(parts.locks),
            seconds(parts.barriers),
            seconds(parts.retrying),
            seconds(parts.merging),
            seconds(parts.idle),
            grouped(of.figures.retries),
            grouped(of.figures.contended)};
}

} // namespace

std::string time_section(const page_content& of) {
    rows_of_text rows{{"workers", "seconds", "computing", "waiting for locks", "at barriers or for a turn", "retrying (estimated)",
                       "merging", "idle", "retries", "locks waited for"}};
    std::vector<time_bar> bars;
    for (const charted_worker& each : timed_workers(of)) {
        bars.push_back({.name = each.name, .times = each.figures.times});
        rows.push_back(time_row(each));
    }
    if (bars.empty()) {
        return {};
    }
    return "<section id=\"times\"><h2>Where workers spent their time</h2>\n<p>Retrying is from the first failed attempt of an add, or "
           "of a version, to its success. "
           "That of adds, and the merging of hogbatch, is estimated from one in sixteen. Who is idle has no updates left, while others do, "
           "or while "
           "one thread works for all.</p>\n<div class=\"grid-of-charts\">\n" +
           html_figure("Shares of time", draw_times("time-of-workers", "Shares of workers' time, a bar each", bars),
                       html_details("Figures: workers' time", html_table("Seconds", rows))) +
           "</div></section>\n";
}

} // namespace peccary::program
