// Whole-model replicas: each worker trains a private copy and every so often merges it with the
// shared parameters, losing nothing.
#pragma once

#include "peccary/scheme/local_descent.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/meeting_period.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace peccary {

/// A merge adds to the shared parameters what the worker changed since its last merge, and takes
/// the sum: copy += shared - snapshot; shared = snapshot = copy. So every update of every worker
/// counts fully, as in Hogwild!, only later; averaging would halve them.
///
/// Considerations. On text, whose few hot features are in every row, the cores of Hogwild! pass the
/// same cache lines back and forth: with two workers it takes several times as long as with one. A
/// replica's updates run at the speed of one core, and a merge streams through memory. Merges under
/// locks are lossless whoever comes when; two workers that overwrite each other's merge lose whole
/// periods of work. The parameters are merged in segments, each with a lock of its own, and each
/// worker begins with another, so that they merge side by side: with one lock for all, merges took
/// half of the time of softmax over 62,061 features x 20 classes. Merging more often than the cost
/// allows is no use: the objective hardly notices periods of a thousand examples. Merging only the
/// features of the rows since the last merge was no faster there: what it saves in memory traffic
/// it loses by jumping about, and by keeping the list of them.
class replicas final : public local_descent {
public:
    static constexpr scheme_info info{.name = "replicas",
                                      .summary = "a private copy each, merged without loss every so often",
                                      .paper = "Zhang, Re 2014 (DimmWitted, per core)",
                                      .consistency = read_consistency::own_copy,
                                      .access = "exclusive, merged under a lock",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1,
                                      .stale = stale_writes::merges};
    static constexpr std::array<knob, 1> knobs{{{.name = "period",
                                                 .meaning = "updates of a worker between two of its merges",
                                                 .unit = "updates",
                                                 .by_default = "so many that merges take a fifteenth of the time; 16 or more of a network",
                                                 .source = "measured (docs/experiments.md)",
                                                 .least = 1}}};

    replicas(const parameters& shared, unsigned workers, const knob_values& given = {})
        : local_descent(shared, workers), period_(given.find_whole("period")) {}

protected:
    std::uint64_t period_of(const stretch& part) const override {
        if (period_) {
            return *period_;
        }
        // A twentieth more than an even share, so that a worker with somewhat more than its part
        // does not merge just before its last merge.
        const meeting_plan plan = plan_meetings(part);
        return static_cast<std::uint64_t>((std::max)(1.0, 1.05 * plan.part / plan.meetings));
    }

    void meet(const meeting& segment) override {
        real* const all = segment.center.data();
        real* const trained = segment.local.data();
        real* const snapshot = segment.snapshot.data();
        const std::size_t size = segment.center.size();
        // What the others added since; where that is zero, the sum is the worker's own value to the
        // last bit. A choice between the two, instead of the addition of zero, keeps compilers from
        // vectorising this.
        if (segment.last) {
            for (std::size_t i = 0; i < size; ++i) {
                all[i] = trained[i] + (all[i] - snapshot[i]);
            }
        } else {
            for (std::size_t i = 0; i < size; ++i) {
                const real merged = trained[i] + (all[i] - snapshot[i]);
                all[i] = merged;
                trained[i] = merged;
                snapshot[i] = merged;
            }
        }
    }

private:
    std::optional<std::uint64_t> period_;
};

static_assert(scheme_type<replicas>);

} // namespace peccary
