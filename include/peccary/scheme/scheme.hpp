// The contract of update schemes: who reads and writes when.
#pragma once

#include "peccary/scheme/stretch.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace peccary {

/// What a scheme promises and needs. All of it is data for tables, tests and error messages.
struct scheme_info {
    std::string_view name;
    std::string_view summary;
    std::string_view paper;
    std::string_view consistency; ///< of what an update reads: "serial", "inconsistent", "consistent", ...
    std::string_view access;      ///< the access policy it runs over
    bool parallel;                ///< uses more than one worker
    bool deterministic;           ///< the same bits from run to run for the same number of workers
    bool lossless;                ///< no concurrent add is lost
    bool lockstep;                ///< workers wait for each other, so all must run at once
    std::uint64_t batch;          ///< default examples per update
    bool regroups = false;        ///< sums the adds of a batch before it makes them, which rounds differently
};

/// A scheme is constructed once per run from the numbers of parameters and workers, and keeps what it needs between stretches (locks, replicas).
///
///   run(stretch)    applies the updates [stretch.first, stretch.last), each once; returns one past the last update applied, which is
///                   `stretch.last` unless a stop was requested. All updates before the returned one are applied, none after.
template <class Scheme, class Stretch>
concept scheme_over = std::constructible_from<Scheme, const parameters&, unsigned> && requires(Scheme scheme, Stretch& stretch) {
    { Scheme::info } -> std::convertible_to<scheme_info>;
    { scheme.run(stretch) } -> std::same_as<std::uint64_t>;
};

/// Examples an update where the user asks for no number: the scheme's, but of a batch objective at least as many as it is efficient with.
template <class Scheme, class Objective>
constexpr std::uint64_t default_batch() noexcept {
    if constexpr (requires { Objective::default_batch; }) {
        return std::max(Scheme::info.batch, Objective::default_batch);
    } else {
        return Scheme::info.batch;
    }
}

} // namespace peccary
