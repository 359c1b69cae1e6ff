// What a scheme does around one worker's updates: where they read and write, what encloses them,
// what follows a chunk of them.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/statistics/contention.hpp"
#include "peccary/statistics/staleness.hpp"
#include "peccary/step/damper.hpp"
#include "peccary/update/worker.hpp"

#include <cstdint>

namespace peccary {

/// Updates in place, in one buffer: what is needed around them is done by the loops themselves.
/// Schemes that do more derive from this.
///
///   first_read()       before the first update of the stretch
///   after(updates)     after a chunk of so many updates
///   finish()           after the last update of the stretch
///   tally()            retries and waiting, beside what the access policy counts
///
/// Only where `encloses_updates()`, around each update, in this order:
///
///   begin(w, update)   before the read; `base` is then where the update reads
///   try_begin(...)     the same without waiting, for simulated workers. False says that it would
///                      have to wait; called again until it succeeds
///   before_apply()     after the evaluation; `base` is then where the update writes
///   damped(step, by)   what is left of the step
///   end()              after the write. False: what was written is void, and `before_apply` and
///                      the write follow again. True: the update is applied, or given up and
///                      counted so
///
/// Thread-safety: none; each worker has its own.
class site {
public:
    /// `damping` may be none.
    site(real* in_place, const staleness_probe& measuring, damper* damping_of_worker)
        : base(in_place), probe(measuring), damping(damping_of_worker) {}
    site(const site&) = delete;
    site& operator=(const site&) = delete;
    virtual ~site() = default;

    virtual bool encloses_updates() const noexcept { return false; }
    virtual void begin(worker& /*of*/, std::uint64_t /*update*/) { probe.at_read(); }
    virtual bool try_begin(worker& of, std::uint64_t update) {
        begin(of, update);
        return true;
    }
    virtual void before_apply() { probe.at_apply(); }
    virtual real damped(real step) { return peccary::damped(step, damping, probe); }
    virtual bool end() {
        probe.applied();
        return true;
    }

    virtual void first_read() {}
    virtual void after(std::uint64_t /*updates*/) {}
    virtual void finish() {}
    virtual contention tally() const noexcept { return {}; }

    real* base;
    staleness_probe probe;
    damper* damping;
};

} // namespace peccary
