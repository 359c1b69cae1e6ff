// Runs a scheme for tests: over every executor and worker count that may run it, and to the end of
// its epochs.
#pragma once

#include "catch.hpp"

#include "peccary/data/split.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/train/planned_run.hpp"
#include "support/problems.hpp"

#include <string>
#include <vector>

namespace test {

/// Every scheme of the list.
std::vector<peccary::scheme_entry> every_scheme();

/// For a test case that is run once for each scheme: call it once in the case.
peccary::scheme_entry each_scheme();

/// Whether a trainer accepts the combination.
inline bool runs_together(const peccary::scheme_info& scheme, const peccary::executor_info& executor, unsigned workers) {
    return workers == 1 || (scheme.parallel && executor.several && (executor.concurrent || !scheme.lockstep));
}

/// Calls `check(executor_name, workers)` for every executor and each of the worker counts, except
/// those that must be refused.
template <class Check>
void with_executors(const peccary::scheme_info& scheme, std::initializer_list<unsigned> worker_counts, Check check) {
    peccary::executors::for_each([&](auto tag) {
        using executor = typename decltype(tag)::type;
        for (const unsigned workers : worker_counts) {
            if (runs_together(scheme, executor::info, workers)) {
                check(std::string(executor::info.name), workers);
            }
        }
    });
}

/// Where workers' copies are averaged, a pass moves their mean a P-th as far; a step as many times
/// as large makes up for it.
inline double step_factor(const peccary::scheme_info& of, unsigned workers) { return of.averages ? workers : 1; }

/// The same settings for a run whose bits do not depend on how threads meet: workers of a scheme
/// that is not deterministic are simulated, if it does not need all of them at once. (`round_robin`
/// does, and bounds its delays itself.) For tests with a bound on what is learned.
inline peccary::train_settings reproducible(const peccary::scheme_info& of, peccary::train_settings settings) {
    if (settings.workers > 1 && !of.deterministic && !of.lockstep) {
        settings.executor = "virtual";
    }
    return settings;
}

/// Whether such a run makes the same bits each time, however threads meet.
inline bool is_reproducible(const peccary::scheme_info& of, const std::string& executor, unsigned workers) {
    return workers == 1 || of.deterministic || executor == "virtual";
}

struct finished_run {
    std::vector<peccary::real> buffer;
    std::vector<peccary::worker_statistics> statistics;
    double train_seconds = 0;

    peccary::worker_statistics merged() const {
        peccary::worker_statistics all;
        for (const auto& worker : statistics) {
            all.merge(worker);
        }
        return all;
    }
};

/// All epochs of `settings` over all rows.
template <class Objective, class Data>
finished_run run(const peccary::scheme_entry& which, const Objective& objective, const Data& data,
                 const peccary::train_settings& settings) {
    peccary::stop_flag never;
    const auto rows = peccary::all_rows(data.size());
    peccary::planned_run trainer(peccary::make_problem(objective, data), which, rows, settings, never);
    while (!trainer.finished()) {
        trainer.run_epoch();
    }
    const auto buffer = trainer.model().exclusive();
    return {
        .buffer = {buffer.begin(), buffer.end()}, .statistics = trainer.statistics(), .train_seconds = trainer.position().train_seconds};
}

template <class Scheme, class Objective, class Data>
finished_run run(const Objective& objective, const Data& data, const peccary::train_settings& settings) {
    return run(peccary::entry_of<Scheme>(), objective, data, settings);
}

} // namespace test
