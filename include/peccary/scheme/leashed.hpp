// Leashed-SGD: every update makes a new version of all parameters and publishes it by one compare-and-swap. Reads are consistent, without a lock.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/parameters/published.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace peccary {

/// An update reads the newest version in place, which nobody overwrites; then it copies the version that is the newest by then, applies its
/// gradient to the copy, and publishes that, unless another update has been published since the copy: then it copies and applies anew. It is
/// lock-free: an update is repeated only because another one came through. With a persistence (T_p of the paper), an update is given up after more
/// failed attempts than that: its gradient, which is staler each time, is dropped and counted.
///
/// Considerations. It is made for networks, whose updates touch all parameters. The copy costs the model's size per update, so on sparse rows,
/// of which an update touches a few hundred coordinates, it is slow by their ratio; batches share one copy. Versions are twice as many as workers,
/// allocated once (parameters/published.hpp). They begin as a copy of the shared parameters and end as one, in every stretch: two copies beside
/// those of its updates. The reader of a version needs no policy that is race-free, so that networks multiply with it where it lies.
struct leashed {
    static constexpr scheme_info info{.name = "leashed",
                                      .summary = "lock-free; each update publishes a whole new version",
                                      .paper = "Backstrom, Walulya, Papatriantafilou, Tsigas 2021",
                                      .consistency = "consistent",
                                      .access = "exclusive, on versions",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 16,
                                      .late = applied_late::updates,
                                      .repeats = true};

    leashed(const parameters& shared, unsigned workers) : versions_(shared.size(), workers) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        std::ranges::copy(stretch.shared.exclusive(), versions_.exclusive().begin());
        const std::uint64_t reached = run_workers(stretch, stretch.workers, [&](unsigned worker) {
            return publishing{{nullptr, {}, stretch.probe(worker)}, {versions_, worker}, stretch.persistence};
        });
        std::ranges::copy(versions_.exclusive(), stretch.shared.exclusive().begin());
        return reached;
    }

private:
    /// Plain memory is legal here: what is read is written by nobody, and what is written is seen by nobody.
    struct publishing : in_place<exclusive> {
        published<>::member versions;
        std::uint64_t persistence;
        damper* damping = nullptr; ///< if steps are damped
        std::uint64_t failed = 0;  ///< attempts of the update under way
        stopwatch retrying = {};   ///< since the first of them
        contention retried = {};

        void begin(std::span<const row_index> rows) noexcept {
            in_place::begin(rows);
            base = const_cast<real*>(versions.read()); // a view is of cells that can be added to; nobody adds before `before_apply`
        }

        void before_apply() noexcept { base = versions.copy(); }

        /// By the staleness of this attempt.
        real damped(real step, damper* by) noexcept {
            if (by == nullptr) {
                return step;
            }
            damping = by;
            if (failed > 0) {
                by->retract();
            }
            return by->damped(step, versions.staleness());
        }

        bool end() noexcept {
            const std::uint64_t staleness = versions.staleness();
            const bool published = versions.publish();
            if (!published) {
                if (failed++ == 0) {
                    retrying.restart();
                }
                if (failed <= persistence) {
                    return false;
                }
            }
            if (failed > 0) [[unlikely]] {
                retried.retries += failed;
                retried.retry_seconds += retrying.seconds();
                failed = 0;
            }
            if (!published) {
                give_up();
                return true;
            }
            probe.at_apply(staleness);
            return in_place::end();
        }

        void give_up() noexcept {
            versions.leave();
            if (damping != nullptr) {
                damping->retract();
            }
            probe.dropped();
            ++retried.dropped;
        }

        contention tally() const noexcept { return retried; }
    };

    published<> versions_;
};

} // namespace peccary
