// Round robin (RR of the Hogwild! paper): gradients are computed in parallel and applied in a fixed order of workers.
#pragma once

#include "peccary/core/spin_pause.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/batch.hpp"

#include <atomic>
#include <cmath>
#include <thread>

namespace peccary {

/// Update u belongs to worker u mod P, who evaluates it at once and applies it when all before it are applied. So writes never collide, and
/// staleness is at most P - 1; but a reader may see a write half done, which is why the parameters are read and written relaxed.
struct round_robin {
    static constexpr scheme_info info{.name = "round_robin",
                                      .summary = "updates in a fixed order of workers (RR)",
                                      .paper = "Langford, Smola, Zinkevich 2009",
                                      .consistency = "inconsistent",
                                      .access = "relaxed",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = true,
                                      .batch = 1,
                                      .late = applied_late::updates};

    round_robin(const parameters& /*shared*/, unsigned /*workers*/) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        turn order(stretch.first);
        stretch.run_each(stretch.workers, [&](unsigned worker) { work(stretch, worker, order); });
        return order.reached();
    }

private:
    /// Whose turn it is, as the number of the next update to be applied; the highest bit says that the run has stopped there.
    class turn {
    public:
        explicit turn(std::uint64_t first) noexcept : next_(first) {}

        /// Waits until all updates before `update` are applied; false if the run stopped before.
        bool wait_for(std::uint64_t update, contention& tally) const noexcept {
            std::uint64_t next = next_.load(std::memory_order_acquire); // pairs with the release in `pass`
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
            next_.store(applied + 1, std::memory_order_release); // pairs with the acquire in `wait_for`
        }
        void stop_before(std::uint64_t update) noexcept { next_.store(update | stopped, std::memory_order_release); }
        std::uint64_t reached() const noexcept { return next_.load(std::memory_order_relaxed) & ~stopped; }

    private:
        static constexpr std::uint64_t stopped = std::uint64_t{1} << 63U;
        alignas(cache_line) std::atomic<std::uint64_t> next_;
    };

    template <class Stretch>
    static void work(Stretch& stretch, unsigned worker, turn& order) {
        auto probe = stretch.probe(worker);
        batch_gradient<Stretch> gradient(stretch, worker);
        auto& statistics = stretch.state.workers[worker].statistics;
        damper* const damping = stretch.state.workers[worker].damping.get();
        const std::uint64_t chunk = stretch.chunk();
        relaxed access;
        for (std::uint64_t update = stretch.first + worker; update < stretch.last; update += stretch.workers) {
            const auto step = stretch.steps.at(update);
            const auto rows = stretch.rows_of(update);
            const shared_view view(stretch.shared.base(), access, step.scale());
            probe.at_read();
            const double witness = gradient.differentiate(rows, view);
            if (!std::isfinite(witness)) {
                stretch.state.report({.worker = worker, .update = update, .step = step.step()});
            }
            if (!order.wait_for(update, statistics.waits)) {
                return;
            }
            // Only at a chunk's start, as in the other schemes, so that a resumed run has the same chunks.
            if (update % chunk == 0 && stretch.state.stop.requested()) {
                order.stop_before(update);
                return;
            }
            probe.at_apply();
            gradient.apply(rows, view, damped(step.step(), damping, probe));
            probe.applied();
            order.pass(update);
            ++statistics.updates;
            statistics.examples += rows.size();
        }
    }
};

} // namespace peccary
