// The contract of update schemes: who reads and writes when.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/scheme/knobs.hpp"
#include "peccary/update/problem.hpp"
#include "peccary/update/stretch.hpp"

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

namespace peccary {

/// Which writes can be stale, that is, computed from parameters that have changed since.
enum class stale_writes {
    none,    ///< updates are serial
    updates, ///< each by a staleness of its own
    /// updates are applied at once, to a private copy; what is stale is what a worker takes to the
    /// others
    merges
};

/// What an update reads.
enum class read_consistency {
    /// the version that the update before it made, and nobody writes until it is applied
    serial,
    consistent,   ///< a version that was there at one time
    inconsistent, ///< coordinates of different versions
    own_copy      ///< a private copy, which nobody else writes
};

constexpr std::string_view name_of(read_consistency consistency) noexcept {
    switch (consistency) {
    case read_consistency::serial:
        return "serial";
    case read_consistency::consistent:
        return "consistent";
    case read_consistency::inconsistent:
        return "inconsistent";
    case read_consistency::own_copy:
        return "own copy";
    }
    return "";
}

/// What a scheme promises and needs. All of it is data for tables, tests and error messages.
struct scheme_info {
    std::string_view name;
    std::string_view summary;
    std::string_view paper;
    read_consistency consistency;
    std::string_view access; ///< how workers reach the parameters, for people
    bool parallel;           ///< uses more than one worker
    bool deterministic;      ///< the same bits from run to run for the same number of workers
    bool lossless;           ///< no concurrent add is lost
    bool lockstep;           ///< workers wait for each other, so all must run at once
    std::uint64_t batch;     ///< default examples per update
    /// workers meet in the shared parameters with nothing but the access policy between them
    bool shares_memory = false;
    /// sums the adds of a batch before it makes them, which rounds differently
    bool sums_batches = false;
    stale_writes stale = stale_writes::none;
    bool collective = false; ///< all workers make each update together
    /// workers' copies are averaged, so that each update counts as one of P
    bool averages = false;
};

/// A scheme is constructed once per run and keeps what it needs between stretches: locks, copies.
/// Thread-safety: none; one thread calls, and the scheme runs the workers.
class scheme {
public:
    scheme() = default;
    scheme(const scheme&) = delete;
    scheme& operator=(const scheme&) = delete;
    virtual ~scheme() = default;

    /// Applies the updates [part.first, part.last), each once. Returns one past the last update
    /// applied, which is `part.last` unless a stop was requested. All updates before the returned
    /// one are applied, none after. The shared parameters are then what the scheme has learned:
    /// what is evaluated and saved.
    virtual std::uint64_t run(stretch& part) = 0;

    /// Private copies of the parameters that outlive a stretch. The run folds the weight scale into
    /// them, puts them into checkpoints, and restores them, as it does with the shared parameters.
    virtual std::span<parameters> copies() noexcept { return {}; }
};

/// A scheme class as it stands in the list: constructed from the shared parameters and the number
/// of workers, and from the values of its knobs, if it has any. Those are its member
/// `static constexpr std::array<knob, N> knobs`. `access` is the policy that workers reach
/// parameters through. Where they meet in memory with nothing else between them, it must be free of
/// races. A scheme that fits some problems only says so by its member
/// `static std::string_view refusal(const problem_facts&)` (`scheme_entry`).
template <class Scheme>
concept scheme_type = std::derived_from<Scheme, scheme> && access_policy<typename Scheme::access> && requires {
    { Scheme::info } -> std::convertible_to<scheme_info>;
} &&(!Scheme::info.shares_memory || race_free_access<typename Scheme::access>);

/// A scheme at run time.
struct scheme_entry {
    scheme_info info;
    std::span<const knob> knobs;
    /// Why the scheme cannot train a problem like this, as the end of a sentence; empty if it can.
    std::string_view (*refusal)(const problem_facts& of);
    std::unique_ptr<scheme> (*make)(const parameters& shared, unsigned workers, const knob_values& knobs);
};

template <class Scheme>
constexpr std::span<const knob> knobs_of() noexcept {
    if constexpr (requires { Scheme::knobs; }) {
        return Scheme::knobs;
    } else {
        return {};
    }
}

/// What a problem must be compiled for, if a scheme is to train it: its policy, plain memory, in
/// which steps are tried, and collective batches, if it makes any.
template <scheme_type Scheme>
using ways_of = std::conditional_t<Scheme::info.collective, type_list<typename Scheme::access, exclusive, collective_batch>,
                                   type_list<typename Scheme::access, exclusive>>;

template <scheme_type Scheme>
scheme_entry entry_of() {
    return {.info = Scheme::info,
            .knobs = knobs_of<Scheme>(),
            .refusal = [](const problem_facts& of) -> std::string_view {
                if constexpr (requires { Scheme::refusal(of); }) {
                    return Scheme::refusal(of);
                } else {
                    return "";
                }
            },
            .make = [](const parameters& shared, unsigned workers, const knob_values& knobs) -> std::unique_ptr<scheme> {
                if constexpr (std::constructible_from<Scheme, const parameters&, unsigned, const knob_values&>) {
                    return std::make_unique<Scheme>(shared, workers, knobs);
                } else {
                    return std::make_unique<Scheme>(shared, workers);
                }
            }};
}

} // namespace peccary
