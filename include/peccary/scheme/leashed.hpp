// Leashed-SGD: every update makes a new version of all parameters and publishes it by one
// compare-and-swap. Reads are consistent, without a lock.
#pragma once

#include "peccary/core/stopwatch.hpp"
#include "peccary/parameters/published.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace peccary {

/// An update reads the newest version in place, which nobody overwrites; then it copies the version
/// that is the newest by then, applies its gradient to the copy, and publishes that, unless another
/// update has been published since the copy: then it copies and applies anew. It is lock-free: an
/// update is repeated only because another one came through. With a persistence (T_p of the paper),
/// an update is given up after more failed attempts than that: its gradient, which is staler each
/// time, is dropped and counted.
///
/// Considerations. It is made for networks, whose updates touch all parameters. The copy costs the
/// model's size per update, so on sparse rows, of which an update touches a few hundred
/// coordinates, it is slow by their ratio; batches share one copy. Versions are twice as many as
/// workers, allocated once (parameters/published.hpp). They begin as a copy of the shared
/// parameters and end as one, in every stretch: two copies beside those of its updates. The reader
/// of a version needs no policy that is race-free, so that networks multiply with it where it lies.
class leashed final : public scheme {
public:
    using access = exclusive; // on versions
    static constexpr scheme_info info{.name = "leashed",
                                      .summary = "lock-free; each update publishes a whole new version",
                                      .paper = "Backstrom, Walulya, Papatriantafilou, Tsigas 2021",
                                      .consistency = read_consistency::consistent,
                                      .access = "exclusive, on versions",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 16,
                                      .stale = stale_writes::updates};
    static constexpr std::array<knob, 1> knobs{{{.name = "persistence",
                                                 .meaning = "failed attempts beyond which an update is given up",
                                                 .unit = "attempts",
                                                 .by_default = "never",
                                                 .source = "T_p of the paper"}}};

    leashed(const parameters& shared, unsigned workers, const knob_values& given = {})
        : versions_(shared.size(), workers), persistence_(given.find_whole("persistence")) {}

    /// Throws `usage_error` for a persistence of simulated workers.
    std::uint64_t run(stretch& part) override {
        if (persistence_ && part.turns != nullptr) {
            throw usage_error("no update of simulated workers is made twice, since an apply is one moment of virtual time; leave the "
                              "persistence out, or choose the executor 'threads'");
        }
        std::ranges::copy(part.shared.exclusive(), versions_.exclusive().begin());
        const std::uint64_t reached = run_workers(
            part, part.workers, [](unsigned) { return any_access(access()); },
            [&](unsigned worker) { return std::make_unique<publishing>(part, worker, *this); });
        std::ranges::copy(versions_.exclusive(), part.shared.exclusive().begin());
        return reached;
    }

private:
    /// Plain memory is legal here: what is read is written by nobody, and what is written is seen
    /// by nobody.
    class publishing final : public site {
    public:
        publishing(stretch& part, unsigned worker, leashed& scheme)
            : site(nullptr, part.probe(worker), part.state.workers[worker].damping.get()), versions_(scheme.versions_, worker),
              persistence_(scheme.persistence_.value_or(UINT64_MAX)) {}

        bool encloses_updates() const noexcept override { return true; }

        void begin(worker& /*of*/, std::uint64_t /*update*/) override {
            probe.at_read();
            // a view is of cells that can be added to; nobody adds before `before_apply`
            base = const_cast<real*>(versions_.read());
        }

        void before_apply() override { base = versions_.copy(); }

        /// By the staleness of this attempt.
        real damped(real step) override {
            if (damping == nullptr) {
                return step;
            }
            if (failed_ > 0) {
                damping->retract();
            }
            return damping->damped(step, versions_.staleness());
        }

        bool end() override {
            const std::uint64_t staleness = versions_.staleness();
            const bool published = versions_.publish();
            if (!published) {
                if (failed_++ == 0) {
                    retrying_.restart();
                }
                if (failed_ <= persistence_) {
                    return false;
                }
            }
            if (failed_ > 0) [[unlikely]] {
                retried_.retries += failed_;
                retried_.retry_seconds += retrying_.seconds();
                failed_ = 0;
            }
            if (!published) {
                give_up();
                return true;
            }
            probe.at_apply(staleness);
            probe.applied();
            return true;
        }

        contention tally() const noexcept override { return retried_; }

    private:
        void give_up() noexcept {
            versions_.leave();
            if (damping != nullptr) {
                damping->retract();
            }
            probe.dropped();
            ++retried_.dropped;
        }

        published<>::member versions_;
        std::uint64_t persistence_;
        std::uint64_t failed_ = 0; ///< attempts of the update under way
        stopwatch retrying_ = {};  ///< since the first of them
        contention retried_ = {};
    };

    published<> versions_;
    std::optional<std::uint64_t> persistence_; ///< none: an update is never given up
};

static_assert(scheme_type<leashed>);

} // namespace peccary
