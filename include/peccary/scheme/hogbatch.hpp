// HogBatch: each worker gathers the adds of a batch in a buffer of its own, and then makes each of them once, without locks.
#pragma once

#include "peccary/parameters/access/block_sweep.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/statistics/sampled_time.hpp"
#include "peccary/update/asynchronous.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// A worker reads the shared parameters as in Hogwild!, and writes a coordinate once a batch, however many of its examples touch it. So the
/// lines of hot features move between the cores once a batch, not once an example.
///
/// A batch objective over dense rows has gathered its batch before it adds anything: then this is Hogwild! with batches.
///
/// Considerations. The buffer is an access policy of its own: it knows nothing of objectives, and a dense gradient is gathered as well as a
/// sparse one. A list of what was touched, since adding the whole buffer would cost the model's size per batch.
struct hogbatch {
    static constexpr scheme_info info{.name = "hogbatch",
                                      .summary = "lock-free, a batch's adds gathered first; colliding ones may be lost",
                                      .paper = "Sallinen, Satish, Smelyanskiy, Sury, Re 2016",
                                      .consistency = "inconsistent",
                                      .access = "relaxed, after gathering",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = false,
                                      .lockstep = false,
                                      .batch = 16,
                                      .regroups = true,
                                      .late = applied_late::updates};

    hogbatch(const parameters& shared, unsigned workers) : gathered_(workers, gathered_adds(shared)) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        if constexpr (Stretch::gathers) {
            return run_asynchronously(stretch, [](unsigned worker) { return relaxed(block_sweep::of_worker(worker)); });
        } else {
            return run_workers(stretch, stretch.workers, [&](unsigned worker) {
                return gathering{
                    {stretch.shared.base(), gathering_access(gathered_[worker], stretch.shared.base()), stretch.probe(worker)}};
            });
        }
    }

private:
    /// The adds of one update: zero wherever nothing was added.
    class gathered_adds {
    public:
        explicit gathered_adds(const parameters& shared) : sums_(shared.layout()) {}

        void add(std::size_t at, real delta) {
            if (count_ == touched_.size()) [[unlikely]] {
                touched_.resize(2 * count_);
            }
            real& sum = sums_.base()[at];
            // No branch, since whether a coordinate is new in the batch cannot be predicted. One whose sum came back to zero is noted twice, and
            // its second add is one of zero.
            touched_[count_] = at;
            count_ += sum == 0 ? 1 : 0;
            sum += delta;
        }

        /// Makes the adds to `shared`, and forgets them.
        void move_to(real* shared) {
            const relaxed access;
            for (std::size_t i = 0; i < count_; ++i) {
                real& sum = sums_.base()[touched_[i]];
                access.add(shared[touched_[i]], sum);
                sum = 0;
            }
            count_ = 0;
        }

    private:
        parameters sums_;
        std::vector<std::size_t> touched_ = std::vector<std::size_t>(1024);
        std::size_t count_ = 0; ///< how many of `touched_` are in use
    };

    /// Reads what is shared, and gathers what is added.
    class gathering_access : public elementwise_blocks<gathering_access> {
    public:
        static constexpr access_info info{.name = "gathering", .race_free = true, .lossless = false, .deferred = true};

        gathering_access(gathered_adds& mine, const real* shared) noexcept : mine_(&mine), shared_(shared) {}

        real load(const real& cell) const noexcept { return relaxed{}.load(cell); }
        void add(const real& cell, real delta) const { mine_->add(static_cast<std::size_t>(&cell - shared_), delta); }
        contention tally() const noexcept { return {}; }

        void flush(real* shared) const { mine_->move_to(shared); }

    private:
        gathered_adds* mine_;
        const real* shared_;
    };

    struct gathering : in_place<gathering_access> {
        sampled_time merging = {};

        bool end() {
            merging.run([this] { access.flush(base); });
            return in_place::end();
        }
        contention tally() const noexcept { return {.merge_seconds = merging.seconds()}; }
    };

    std::vector<gathered_adds> gathered_;
};

} // namespace peccary
