// The loop of simulated workers: many workers on one thread, who take their reads and applies in an order that is given.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/execution/update_queue.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/update/batch.hpp"
#include "peccary/update/stretch.hpp"

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace peccary {

/// Whether updates of this place may have to wait for others to end (scheme/asynchronous.hpp).
template <class Place>
concept waits_to_begin = requires(Place place, std::span<const row_index> rows) {
    { place.try_begin(rows) } -> std::same_as<bool>;
};

/// What `work_asynchronously` does on a thread for each worker, cut in two at the point between an update's evaluation and its apply. So threads
/// or fibres are not needed, and a worker is as large as its scratch.
///
/// Considerations. Updates are claimed one at a time, in virtual time: a chunk for each worker would let rows of the far end of the queue pass
/// those of its beginning, P chunks apart. The queue's chunks only say how often a stop is looked for. After a stop, as at the stretch's end, what
/// was claimed is applied, each at its turn, so that the updates applied are a prefix.
template <class Gradient, class Place, class Stretch>
class simulation {
public:
    template <class MakePlace>
    simulation(Stretch& stretch, update_queue& queue, unsigned workers, MakePlace make_place)
        : stretch_(&stretch), queue_(&queue), turns_(stretch.turns), chunk_(stretch.chunk()), steps_(stretch.steps.at(stretch.first)) {
        workers_.reserve(workers);
        for (unsigned worker = 0; worker < workers; ++worker) {
            workers_.push_back({.gradient = Gradient(stretch, worker),
                                .place = make_place(worker),
                                .damping = stretch.state.workers[worker].damping.get()});
        }
    }

    void run() {
        const stopwatch elapsed;
        turns_->assemble(static_cast<unsigned>(workers_.size()));
        for (unsigned worker = turns_->next(); !exhausted_ || unfinished_ > 0;) {
            switch (workers_[worker].at) {
            case stage::idle:
                worker = read(worker);
                break;
            case stage::waiting: // a turn that comes too early passes
                worker = turns_->next();
                break;
            case stage::evaluated:
                apply(worker);
                worker = turns_->next();
                break;
            }
        }
        for (unsigned worker = 0; worker < workers_.size(); ++worker) {
            finish(worker);
        }
        // In real time, workers are idle while others have the thread.
        for (unsigned worker = 0; worker < workers_.size(); ++worker) {
            stretch_->state.workers[worker].statistics.busy_seconds += elapsed.seconds() / static_cast<double>(workers_.size());
        }
    }

private:
    enum class stage : std::uint8_t { idle, waiting, evaluated };

    struct alignas(cache_line) simulated_worker {
        Gradient gradient;
        Place place;
        damper* damping = nullptr; ///< a copy, as the worker's state is on a page of its own
        std::uint64_t update = 0;  ///< the last one claimed
        std::uint64_t updates = 0;
        std::uint64_t examples = 0;
        weight_scale scale = {};
        real step = 0;
        stage at = stage::idle;

        auto rows() const noexcept { return gradient.rows_of(update); }
        auto view() noexcept { return shared_view(place.base, place.access, scale); }
    };

    /// Returns whose turn is next, which does not depend on what is evaluated. Knowing it before gives memory the time of an evaluation to bring that
    /// worker: 1,024 of them are more than the first cache holds.
    unsigned read(unsigned worker) {
        simulated_worker& of = workers_[worker];
        if (!claim(of)) {
            turns_->rests(worker);
            return turns_->next();
        }
        if (!begin(of)) {
            of.at = stage::waiting;
            waiting_.push_back(worker);
            turns_->rests(worker);
            return turns_->next();
        }
        turns_->has_read(worker);
        const unsigned upcoming = turns_->next();
        __builtin_prefetch(&workers_[upcoming], 1);
        evaluate(worker);
        return upcoming;
    }

    /// False if nothing is left.
    bool claim(simulated_worker& of) {
        if (claimed_.empty()) {
            claimed_ = exhausted_ ? update_range{} : queue_->claim();
            exhausted_ = claimed_.empty();
            if (exhausted_) {
                return false;
            }
        }
        of.update = claimed_.first++;
        ++unfinished_;
        // One cursor walks through all updates, since they are claimed in order.
        if (stretch_->steps.begins_block(of.update)) {
            steps_ = stretch_->steps.at(of.update);
        }
        of.scale = steps_.scale();
        of.step = steps_.step();
        steps_.next();
        return true;
    }

    /// False if it has to wait for others to end.
    bool begin(simulated_worker& of) {
        if constexpr (waits_to_begin<Place>) {
            return of.place.try_begin(of.rows());
        } else {
            of.place.begin(of.rows());
            return true;
        }
    }

    void evaluate(unsigned worker) {
        simulated_worker& of = workers_[worker];
        const double witness = of.gradient.differentiate(of.rows(), of.view());
        if (!std::isfinite(witness)) {
            stretch_->state.report({.worker = worker, .update = of.update, .step = of.step});
        }
        of.at = stage::evaluated;
    }

    void apply(unsigned worker) {
        simulated_worker& of = workers_[worker];
        const auto rows = of.rows();
        do {
            of.place.before_apply();
            of.gradient.apply(rows, of.view(), of.place.damped(of.step, of.damping));
        } while (!of.place.end());
        of.at = stage::idle;
        of.examples += rows.size();
        if ((++of.updates & (chunk_ - 1)) == 0) { // chunks are powers of two
            of.place.after(chunk_);
        }
        --unfinished_;
        if constexpr (waits_to_begin<Place>) {
            admit_waiting();
        }
    }

    /// Who has waited longest is first to try. A worker that waits holds what it has come to, so an update's end lets at least one go on, and there
    /// is always one that does not wait.
    void admit_waiting() {
        std::erase_if(waiting_, [this](unsigned worker) {
            simulated_worker& of = workers_[worker];
            const bool begun = begin(of);
            if (begun) {
                turns_->has_read(worker);
                evaluate(worker);
            }
            return begun;
        });
    }

    void finish(unsigned worker) {
        simulated_worker& of = workers_[worker];
        if (const std::uint64_t rest = of.updates & (chunk_ - 1); rest > 0) {
            of.place.after(rest);
        }
        of.place.finish();
        auto& statistics = stretch_->state.workers[worker].statistics;
        statistics.updates += of.updates;
        statistics.examples += of.examples;
        statistics.waits.merge(of.place.tally());
    }

    Stretch* stretch_;
    update_queue* queue_;
    turn_order* turns_;
    std::uint64_t chunk_;
    step_cursor steps_;
    std::vector<simulated_worker> workers_;
    std::vector<unsigned> waiting_; ///< in the order of their turns
    update_range claimed_ = {};
    std::uint64_t unfinished_ = 0; ///< claimed, not yet applied
    bool exhausted_ = false;       ///< nothing is left to claim
};

/// `make_place(worker)` gives each worker its own.
template <class Stretch, std::invocable<unsigned> MakePlace>
void simulate_workers(Stretch& stretch, update_queue& queue, unsigned workers, MakePlace make_place) {
    using place = std::invoke_result_t<MakePlace, unsigned>;
    if (stretch.batch == 1) {
        simulation<single_gradient<Stretch>, place, Stretch>(stretch, queue, workers, make_place).run();
    } else {
        simulation<batch_gradient<Stretch>, place, Stretch>(stretch, queue, workers, make_place).run();
    }
}

} // namespace peccary
