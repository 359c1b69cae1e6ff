// An access policy around another, which tells a `block_watch` of every operation.
#pragma once

#include "peccary/diagnosis/block_watch.hpp"
#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace peccary {

/// Within the guard of the policy that it wraps: under a lock, stamps change only while it is held, so that a read under it is never torn.
/// Lives as long as one evaluation or apply. Thread-safety: none; it belongs to its worker.
template <access_policy Access>
class watched_access {
public:
    static constexpr access_info info = Access::info;

    watched_access(Access& inner, const real* base, block_watch& watch) noexcept : inner_(&inner), base_(base), watch_(&watch) {}

    real load(const real& cell) noexcept {
        enter(activity::reading, &cell);
        return inner_->load(cell);
    }
    void add(real& cell, real delta) {
        enter(activity::writing, &cell);
        inner_->add(cell, delta);
    }
    void load_block(const real* from, std::span<real> to) {
        for (std::size_t done = 0; done < to.size();) {
            const std::size_t size = std::min(enter(activity::reading, from + done), to.size() - done);
            inner_->load_block(from + done, to.subspan(done, size));
            done += size;
        }
    }
    void add_block(real* to, std::span<const real> from, real factor) {
        for (std::size_t done = 0; done < from.size();) {
            const std::size_t size = std::min(enter(activity::writing, to + done), from.size() - done);
            inner_->add_block(to + done, from.subspan(done, size), factor);
            done += size;
        }
    }

    /// What is held during an operation; as it goes, the operation has ended, and only then is the inner guard let go.
    auto guard() {
        struct held_operation {
            decltype(std::declval<Access&>().guard()) inner;
            watched_access* watched;

            held_operation(Access& access, watched_access* of) : inner(access.guard()), watched(of) {}
            held_operation(const held_operation&) = delete;
            held_operation& operator=(const held_operation&) = delete;
            ~held_operation() { watched->leave(); }
        };
        return held_operation(*inner_, this);
    }
    contention tally() const noexcept { return inner_->tally(); }

private:
    enum class activity { none, reading, writing };

    /// Tells the watch if this is another block, or something else that is done to it; returns how many reals there are up to the block's end.
    std::size_t enter(activity what, const real* cell) noexcept {
        const auto offset = static_cast<std::size_t>(cell - base_);
        if (what != current_ || offset < first_ || offset >= end_) {
            leave();
            const block_stamps& stamps = watch_->stamps();
            block_ = stamps.block_at(offset);
            first_ = stamps.block(block_).first;
            end_ = stamps.end_of(block_);
            current_ = what;
            if (what == activity::reading) {
                watch_->begin_read(block_);
            } else {
                watch_->begin_write(block_);
            }
        }
        return end_ - offset;
    }
    void leave() noexcept {
        if (current_ == activity::reading) {
            watch_->end_read(block_);
        } else if (current_ == activity::writing) {
            watch_->end_write(block_);
        }
        current_ = activity::none;
    }

    Access* inner_;
    const real* base_;
    block_watch* watch_;
    activity current_ = activity::none;
    std::size_t block_ = 0;
    std::size_t first_ = 0; ///< of the block, in reals
    std::size_t end_ = 0;
};

/// Whether a policy's reads can meet writes, and its adds are made as they are asked for.
template <class Access>
constexpr bool can_be_watched = Access::info.race_free && !Access::info.deferred;

/// What `evaluate(view)` returns, having seen to it that the watch learns of the reads.
template <class Access, class Evaluate>
auto evaluate_watched(const shared_view<Access>& view, block_watch& watch, Evaluate evaluate) {
    if constexpr (can_be_watched<Access>) {
        watched_access<Access> watched(view.access(), view.base(), watch);
        watch.begin_evaluation();
        const auto evaluated = evaluate(shared_view(view.base(), watched, view.scales()));
        watch.end_evaluation();
        return evaluated;
    } else {
        if constexpr (!Access::info.race_free) {
            watch.count_undisturbed(); // else the scheme would not use it
        }
        return evaluate(view);
    }
}

/// Calls `apply(view)`, having seen to it that the watch learns of the writes.
template <class Access, class Apply>
void apply_watched(const shared_view<Access>& view, block_watch& watch, Apply apply) {
    if constexpr (can_be_watched<Access>) {
        watched_access<Access> watched(view.access(), view.base(), watch);
        apply(shared_view(view.base(), watched, view.scales()));
    } else {
        apply(view);
    }
}

} // namespace peccary
