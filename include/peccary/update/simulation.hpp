// The loop of simulated workers: many workers on one thread, who take their reads and applies in an
// order that is given.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/execution/update_queue.hpp"
#include "peccary/execution/virtual/turn_order.hpp"
#include "peccary/update/site.hpp"
#include "peccary/update/stretch.hpp"
#include "peccary/update/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace peccary {

/// What `work_asynchronously` does on a thread for each worker, cut in two at the point between an
/// update's evaluation and its apply. So threads or fibres are not needed, and a worker is as large
/// as its scratch.
///
/// Considerations. Updates are claimed one at a time, in virtual time: a chunk for each worker
/// would let rows of the far end of the queue pass those of its beginning, P chunks apart. The
/// queue's chunks only say how often a stop is looked for. After a stop, as at the stretch's end,
/// what was claimed is applied, each at its turn, so that the updates applied are a prefix.
class simulation {
public:
    simulation(stretch& part, update_queue& queue)
        : part_(&part), queue_(&queue), turns_(part.turns), chunk_(part.chunk()), steps_(part.steps.at(part.first)) {}

    /// The next worker, counted from 0.
    void add(std::unique_ptr<worker> of, std::unique_ptr<site> at) {
        encloses_ = at->encloses_updates();
        workers_.push_back({.of = std::move(of), .at = std::move(at)});
    }

    void run() {
        const stopwatch elapsed;
        turns_->assemble(static_cast<unsigned>(workers_.size()));
        for (unsigned number = turns_->next(); !exhausted_ || unfinished_ > 0;) {
            switch (workers_[number].state) {
            case stage::fresh:
            case stage::idle:
                number = read(number);
                break;
            case stage::waiting: // a turn that comes too early passes
                number = turns_->next();
                break;
            case stage::evaluated:
                apply(workers_[number]);
                number = turns_->next();
                break;
            }
        }
        for (unsigned number = 0; number < workers_.size(); ++number) {
            finish(number);
        }
        // In real time, workers are idle while others have the thread.
        for (unsigned number = 0; number < workers_.size(); ++number) {
            part_->state.workers[number].statistics.busy_seconds += elapsed.seconds() / static_cast<double>(workers_.size());
        }
    }

private:
    enum class stage : std::uint8_t { fresh, idle, waiting, evaluated };

    struct alignas(cache_line) simulated_worker {
        std::unique_ptr<worker> of;
        std::unique_ptr<site> at;
        std::uint64_t update = 0; ///< the last one claimed
        std::uint64_t updates = 0;
        std::uint64_t examples = 0;
        weight_scale scale = {};
        real step = 0;
        stage state = stage::fresh;
    };
    static_assert(sizeof(simulated_worker) == cache_line);

    /// Returns whose turn is next, which does not depend on what is evaluated. Knowing it before
    /// gives memory the time of an evaluation to bring that worker: 1,024 of them are more than the
    /// first cache holds.
    unsigned read(unsigned number) {
        simulated_worker& reader = workers_[number];
        if (!claim(reader)) {
            turns_->rests(number);
            return turns_->next();
        }
        if (!begin(reader)) {
            reader.state = stage::waiting;
            waiting_.push_back(number);
            turns_->rests(number);
            return turns_->next();
        }
        turns_->has_read(number);
        const unsigned upcoming = turns_->next();
        prefetch(workers_[upcoming]);
        evaluate(number);
        return upcoming;
    }

    static void prefetch(const simulated_worker& soon) noexcept {
        for (const void* const object : {static_cast<const void*>(soon.of.get()), static_cast<const void*>(soon.at.get())}) {
            __builtin_prefetch(object, 1);
            __builtin_prefetch(static_cast<const char*>(object) + cache_line, 1);
        }
    }

    /// False if nothing is left.
    bool claim(simulated_worker& reader) {
        if (claimed_.empty()) {
            claimed_ = exhausted_ ? update_range{} : queue_->claim();
            exhausted_ = claimed_.empty();
            if (exhausted_) {
                return false;
            }
        }
        if (reader.state == stage::fresh) {
            reader.at->first_read();
            reader.state = stage::idle;
        }
        reader.update = claimed_.first++;
        ++unfinished_;
        // One cursor walks through all updates, since they are claimed in order.
        if (part_->steps.begins_block(reader.update)) {
            steps_ = part_->steps.at(reader.update);
        }
        reader.scale = steps_.scale();
        reader.step = steps_.step();
        steps_.next();
        return true;
    }

    /// False if it has to wait for others to end.
    bool begin(simulated_worker& reader) {
        if (encloses_) {
            return reader.at->try_begin(*reader.of, reader.update);
        }
        reader.at->probe.at_read();
        return true;
    }

    void evaluate(unsigned number) {
        simulated_worker& reader = workers_[number];
        const double finite = reader.of->differentiate(reader.update, reader.at->base, reader.scale);
        if (!is_finite(finite)) {
            part_->state.report({.worker = number, .update = reader.update, .step = static_cast<double>(reader.step)});
        }
        reader.state = stage::evaluated;
    }

    void apply(simulated_worker& writer) {
        site& at = *writer.at;
        if (encloses_) {
            do {
                at.before_apply();
                writer.of->apply(writer.update, at.base, writer.scale, at.damped(writer.step));
            } while (!at.end());
        } else {
            at.probe.at_apply();
            writer.of->apply(writer.update, at.base, writer.scale, damped(writer.step, at.damping, at.probe));
            at.probe.applied();
        }
        writer.state = stage::idle;
        writer.examples += part_->batch == 1 ? 1 : part_->rows_of(writer.update).size();
        if ((++writer.updates & (chunk_ - 1)) == 0) { // chunks are powers of two
            at.after(chunk_);
        }
        --unfinished_;
        if (!waiting_.empty()) {
            admit_waiting();
        }
    }

    /// Who has waited longest is first to try. A worker that waits holds what it has come to, so an
    /// update's end lets at least one go on, and there is always one that does not wait.
    void admit_waiting() {
        std::erase_if(waiting_, [this](unsigned number) {
            const bool begun = begin(workers_[number]);
            if (begun) {
                turns_->has_read(number);
                evaluate(number);
            }
            return begun;
        });
    }

    void finish(unsigned number) {
        simulated_worker& ended = workers_[number];
        if (const std::uint64_t rest = ended.updates & (chunk_ - 1); rest > 0) {
            ended.at->after(rest);
        }
        ended.at->finish();
        auto& statistics = part_->state.workers[number].statistics;
        statistics.updates += ended.updates;
        statistics.examples += ended.examples;
        statistics.waits.merge(ended.of->tally());
        statistics.waits.merge(ended.at->tally());
    }

    stretch* part_;
    update_queue* queue_;
    turn_order* turns_;
    std::uint64_t chunk_;
    step_cursor steps_;
    std::vector<simulated_worker> workers_;
    std::vector<unsigned> waiting_; ///< in the order of their turns
    update_range claimed_ = {};
    std::uint64_t unfinished_ = 0; ///< claimed, not yet applied
    bool exhausted_ = false;       ///< nothing is left to claim
    bool encloses_ = false;        ///< whether sites act around each update
};

} // namespace peccary
