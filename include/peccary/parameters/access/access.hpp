// The contract of access policies: how one coordinate or block of shared parameters is read and
// added to.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/statistics/contention.hpp"

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace peccary {

/// What a scheme can require of an access policy.
struct access_info {
    std::string_view name;
    bool race_free;        ///< concurrent use is defined behaviour
    bool lossless;         ///< no concurrent add is lost
    bool deferred = false; ///< adds are kept, and made later by whoever made the policy
};

/// A policy is a small value. Each worker has one of its own, which counts what waiting cost that
/// worker.
///
///   load(cell)              the value of one coordinate
///   add(cell, delta)        cell += delta
///   load_block(from, to)    copies to.size() consecutive coordinates into private memory; elements
///                           are read one by one, so the block as a whole may mix versions (an
///                           inconsistent read)
///   add_block(to, from, f)  to[i] += f * from[i] for i < from.size(); elements are added one by
///                           one
///   guard()                 an object to be held during one operation on many coordinates;
///                           `shared_view` does so. Only policies with a lock around whole
///                           operations return one that does something.
///   tally()                 retries and waiting so far
///
/// Considerations. Reading through `std::atomic_ref` with relaxed order compiles to a plain move,
/// so that Hogwild! stays as fast as the undefined-behaviour original while ThreadSanitizer can
/// vouch for it. Acquire and release are not needed: no coordinate publishes another, and whoever
/// reads the whole model does so after joining the workers. Static member functions would do for
/// the stateless policies, but locks need a table and counting needs a place, and siblings of one
/// shape are worth more than a missing `this`.
template <class Access>
concept access_policy = std::copyable<Access> &&
    requires(Access access, real* cell, const real* from, real delta, std::span<real> to, std::span<const real> values) {
    { Access::info } -> std::convertible_to<access_info>;
    { access.load(*from) } -> std::same_as<real>;
    {access.add(*cell, delta)};
    {access.load_block(from, to)};
    {access.add_block(cell, values, delta)};
    {access.guard()};
    { access.tally() } -> std::convertible_to<contention>;
};

/// Legal with several workers at once.
template <class Access>
concept race_free_access = access_policy<Access> && Access::info.race_free;

/// What `guard()` returns where operations need no lock around them.
struct no_guard {
    no_guard() noexcept = default;
    no_guard(const no_guard&) = delete;
    no_guard& operator=(const no_guard&) = delete;
    ~no_guard() noexcept {} // not trivial, so that an unused one is no warning
};

/// Block operations element by element, for policies that have nothing better.
template <class Policy>
struct elementwise_blocks {
    void load_block(const real* from, std::span<real> to) noexcept {
        for (std::size_t i = 0; i < to.size(); ++i) {
            to[i] = self().load(from[i]);
        }
    }
    void add_block(real* to, std::span<const real> from, real factor) noexcept {
        for (std::size_t i = 0; i < from.size(); ++i) {
            self().add(to[i], factor * from[i]);
        }
    }
    no_guard guard() noexcept { return {}; }

private:
    Policy& self() noexcept { return static_cast<Policy&>(*this); }
};

} // namespace peccary
