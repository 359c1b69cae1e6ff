// Simulated workers that take their turns as a script says, so that what happens between a read and
// an apply is known beforehand.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/data/split.hpp"
#include "peccary/execution/inline_executor.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/update/make_problem.hpp"
#include "peccary/update/stretch.hpp"
#include "support/problems.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace test {

/// Numbers of workers, each of whom reads and applies alternately: `beginning` once, then `cycle`
/// over and over.
struct script {
    std::vector<unsigned> beginning;
    std::vector<unsigned> cycle;

    unsigned at(std::size_t turn) const {
        return turn < beginning.size() ? beginning[turn] : cycle[(turn - beginning.size()) % cycle.size()];
    }
};

/// Low numbers are drawn more often, and nobody is left out.
inline script drawn_at_random(unsigned workers, std::uint64_t seed) {
    peccary::random_stream random(seed, 0, 0);
    script turns;
    for (unsigned worker = 0; worker < workers; ++worker) {
        turns.cycle.push_back(worker);
    }
    for (int turn = 0; turn < 400; ++turn) {
        turns.cycle.push_back(random.below(workers) * random.below(workers) / workers);
    }
    return turns;
}

class scripted_turns final : public peccary::turn_order {
public:
    explicit scripted_turns(script turns) : script_(std::move(turns)) {}

    void begin_epoch(std::uint64_t /*epoch*/) override {}
    void assemble(unsigned /*workers*/) override { turn_ = 0; }
    unsigned next() override { return script_.at(turn_++); }
    void has_read(unsigned /*worker*/) override {}
    void rests(unsigned /*worker*/) override {}

private:
    script script_;
    std::size_t turn_ = 0;
};

/// What is left of a scripted run.
struct scripted_run {
    std::vector<peccary::worker_statistics> statistics;
    peccary::parameters model;
    std::uint64_t applied; ///< updates
};

/// One pass over all of `data`, in the order of the rows, with a constant step.
template <class Objective, class Data>
scripted_run run_scripted(const peccary::scheme_entry& which, const Objective& objective, const Data& data, unsigned workers,
                          const script& turns, std::uint64_t batch = 1,
                          const peccary::staleness_sampling& sampling = {.mode = peccary::staleness_mode::exact}, double step = 0.01,
                          const peccary::damping_rule& damping = {}, const peccary::applied_rule* rule = nullptr) {
    const auto order = peccary::all_rows(data.size());
    const std::uint64_t updates = (data.size() + batch - 1) / batch;
    const peccary::step_table steps(0, updates, 0.0, [step](std::uint64_t /*update*/) { return step; });
    peccary::inline_executor runner(1, false);
    peccary::stop_flag never;
    peccary::run_state state(workers, sampling, never, damping);
    scripted_turns scripted(turns);
    const auto task = peccary::make_problem(objective, data);
    peccary::parameters model(task->layout());
    peccary::stretch part{.task = *task,
                          .order = order,
                          .batch = batch,
                          .first = 0,
                          .last = updates,
                          .work = task->facts().work_of_example * static_cast<double>(batch),
                          .steps = steps,
                          .shared = model,
                          .runner = runner,
                          .workers = workers,
                          .state = state,
                          .turns = &scripted,
                          .rule = rule};
    const auto scheme = which.make(model, workers, peccary::knob_values());
    const std::uint64_t applied = scheme->run(part);
    std::vector<peccary::worker_statistics> statistics;
    for (const peccary::worker_state& worker : state.workers) {
        statistics.push_back(worker.statistics);
    }
    return {.statistics = std::move(statistics), .model = std::move(model), .applied = applied};
}

} // namespace test
