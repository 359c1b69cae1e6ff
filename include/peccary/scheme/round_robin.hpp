// Round robin (RR of the Hogwild! paper): gradients are computed in parallel and applied in a fixed
// order of workers.
#pragma once

#include "peccary/core/finite.hpp"
#include "peccary/core/spin_pause.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/problem.hpp"

#include <atomic>
#include <thread>

namespace peccary {

/// Update u belongs to worker u mod P, who evaluates it at once and applies it when all before it
/// are applied. So writes never collide, and staleness is at most P - 1; but a reader may see a
/// write half done, which is why the parameters are read and written relaxed.
class round_robin final : public scheme {
public:
    using access = relaxed;
    static constexpr scheme_info info{.name = "round_robin",
                                      .summary = "updates in a fixed order of workers (RR)",
                                      .paper = "Langford, Smola, Zinkevich 2009",
                                      .consistency = read_consistency::inconsistent,
                                      .access = "relaxed",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = true,
                                      .batch = 1,
                                      .shares_memory = true,
                                      .stale = stale_writes::updates};

    round_robin(const parameters& /*shared*/, unsigned /*workers*/) {}

    std::uint64_t run(stretch& part) override {
        turn order(part.first);
        part.run_each(part.workers, [&](unsigned worker) { work(part, worker, order); });
        return order.reached();
    }

private:
    /// Whose turn it is, as the number of the next update to be applied; the highest bit says that
    /// the run has stopped there.
    class turn {
    public:
        explicit turn(std::uint64_t first) noexcept : next_(first) {}

        /// Waits until all updates before `update` are applied; false if the run stopped before.
        bool wait_for(std::uint64_t update, contention& tally) const noexcept {
            // pairs with the release in `pass`
            std::uint64_t next = next_.load(std::memory_order_acquire);
            if (next == update) {
                return true;
            }
            const stopwatch waiting;
            constexpr int spins_before_yield = 64;
            for (int spins = 0; next != update && (next & stopped) == 0; ++spins) {
                if (spins < spins_before_yield) {
                    spin_pause();
                } else {
                    std::this_thread::yield();
                }
                next = next_.load(std::memory_order_acquire); // pairs with the release in `pass`
            }
            tally.barrier_seconds += waiting.seconds();
            return next == update;
        }
        void pass(std::uint64_t applied) noexcept {
            // pairs with the acquire in `wait_for`
            next_.store(applied + 1, std::memory_order_release);
        }
        void stop_before(std::uint64_t update) noexcept { next_.store(update | stopped, std::memory_order_release); }
        std::uint64_t reached() const noexcept { return next_.load(std::memory_order_relaxed) & ~stopped; }

    private:
        static constexpr std::uint64_t stopped = std::uint64_t{1} << 63U;
        alignas(cache_line) std::atomic<std::uint64_t> next_;
    };

    static void work(stretch& part, unsigned number, turn& order) {
        auto probe = part.probe(number);
        const auto of = part.task.make_worker(access(), number, part);
        auto& statistics = part.state.workers[number].statistics;
        damper* const damping = part.state.workers[number].damping.get();
        const std::uint64_t chunk = part.chunk();
        real* const base = part.shared.base();
        for (std::uint64_t update = part.first + number; update < part.last; update += part.workers) {
            const auto step = part.steps.at(update);
            probe.at_read();
            const double finite = of->differentiate(update, base, step.scale());
            if (!is_finite(finite)) {
                part.state.report({.worker = number, .update = update, .step = static_cast<double>(step.step())});
            }
            if (!order.wait_for(update, statistics.waits)) {
                return;
            }
            // Only at a chunk's start, as in the other schemes, so that a resumed run has the same
            // chunks.
            if (update % chunk == 0 && part.state.stop.requested()) {
                order.stop_before(update);
                return;
            }
            probe.at_apply();
            of->apply(update, base, step.scale(), damped(step.step(), damping, probe));
            probe.applied();
            order.pass(update);
            ++statistics.updates;
            statistics.examples += part.rows_of(update).size();
        }
    }
};

static_assert(scheme_type<round_robin>);

} // namespace peccary
