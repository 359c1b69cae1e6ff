// Schemes whose workers train private copies in plain memory, and now and then meet with the shared
// parameters, each by itself.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"
#include "peccary/update/segments.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace peccary {

/// A worker begins each stretch with the shared parameters, and meets with them after every
/// `period` updates and at the end. So no copy outlives a stretch. What a meeting does, the scheme
/// says, for one segment at a time, whose lock is held.
class local_descent : public scheme {
public:
    using access = exclusive; // the shared parameters under locks

    std::uint64_t run(stretch& part) final {
        const std::uint64_t period = period_of(part);
        return run_workers(
            part, part.workers, [](unsigned) { return any_access(access()); },
            [&](unsigned worker) { return std::make_unique<local_site>(part, worker, period, *this); });
    }

protected:
    local_descent(const parameters& shared, unsigned workers) : copies_(workers, copy{shared, shared}), segments_(shared.size()) {}

    /// One segment of one worker's parameters. All spans have the same size.
    struct meeting {
        std::span<real> local;    ///< as the worker trained them
        std::span<real> center;   ///< the shared ones
        std::span<real> snapshot; ///< the shared ones as they were at the worker's last meeting
        unsigned worker = 0;
        bool last = false; ///< of the stretch: the next one begins with the shared parameters anew
    };

    /// Updates between two meetings of one worker.
    virtual std::uint64_t period_of(const stretch& part) const = 0;

    /// Any thread; the segment's lock is held.
    virtual void meet(const meeting& segment) = 0;

private:
    struct copy {
        parameters trained;
        parameters snapshot;
    };

    class local_site final : public site {
    public:
        local_site(stretch& part, unsigned worker, std::uint64_t period, local_descent& scheme)
            : site(scheme.copies_[worker].trained.base(), part.silent_probe(worker), nullptr), part_(&part), scheme_(&scheme),
              mine_(&scheme.copies_[worker]), worker_(worker), period_(period), meetings_(part.probe(worker)) {}

        void first_read() override {
            for_each_segment([](const meeting& segment) {
                std::ranges::copy(segment.center, segment.local.begin());
                std::ranges::copy(segment.center, segment.snapshot.begin());
            });
            meetings_.merged(0);
        }

        void after(std::uint64_t updates) override {
            alone_ += updates;
            if (alone_ >= period_) {
                meet(false);
            }
        }

        void finish() override {
            if (alone_ > 0) {
                meet(true);
            }
        }

        contention tally() const noexcept override { return tally_; }

    private:
        void meet(bool last) {
            for_each_segment([this, last](meeting& segment) {
                segment.last = last;
                scheme_->meet(segment);
            });
            meetings_.merged(alone_);
            alone_ = 0;
        }

        template <class Visitor>
        void for_each_segment(Visitor visit) {
            scheme_->segments_.for_each(worker_, part_->workers, tally_, [&](std::size_t from, std::size_t size) {
                meeting segment{.local = mine_->trained.exclusive().subspan(from, size),
                                .center = part_->shared.exclusive().subspan(from, size),
                                .snapshot = mine_->snapshot.exclusive().subspan(from, size),
                                .worker = worker_};
                visit(segment);
            });
        }

        stretch* part_;
        local_descent* scheme_;
        copy* mine_;
        unsigned worker_;
        std::uint64_t period_;
        std::uint64_t alone_ = 0; ///< updates since the last meeting
        staleness_probe meetings_;
        contention tally_ = {};
    };

    std::vector<copy> copies_;
    segments segments_;
};

} // namespace peccary
