// Reads what is shared and gathers what is added in a buffer of the worker's own, until it commits
// the sums.
#pragma once

#include "peccary/parameters/access/access.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/statistics/sampled_time.hpp"

#include <cstddef>
#include <vector>

namespace peccary {

/// The adds of one update: zero wherever nothing was added. Thread-safety: none; each worker has
/// its own.
///
/// Considerations. A list of what was touched, since adding the whole buffer would cost the model's
/// size per batch.
class gathered_adds {
public:
    explicit gathered_adds(const parameters& shared) : sums_(shared.layout()) {}

    void add(std::size_t at, real delta) {
        if (count_ == touched_.size()) [[unlikely]] {
            touched_.resize(2 * count_);
        }
        real& sum = sums_.base()[at];
        // No branch, since whether a coordinate is new in the batch cannot be predicted. One whose
        // sum came back to zero is noted twice, and its second add is one of zero.
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

/// An access policy whose adds are deferred: a worker calls `commit` at the end of each update. It
/// knows nothing of objectives, so a dense gradient is gathered as well as a sparse one.
class gathering : public elementwise_blocks<gathering> {
public:
    static constexpr access_info info{.name = "gathering", .race_free = true, .lossless = false, .deferred = true};

    /// `shared` is the buffer that is read, and where the adds go in the end.
    gathering(gathered_adds& mine, const real* shared) noexcept : mine_(&mine), shared_(shared) {}

    real load(const real& cell) const noexcept { return relaxed{}.load(cell); }
    void add(const real& cell, real delta) const { mine_->add(static_cast<std::size_t>(&cell - shared_), delta); }
    contention tally() const noexcept { return {.merge_seconds = committing_.seconds()}; }

    void commit(real* shared) {
        committing_.run([this, shared] { mine_->move_to(shared); });
    }

private:
    gathered_adds* mine_;
    const real* shared_;
    sampled_time committing_ = {};
};

static_assert(race_free_access<gathering>);

} // namespace peccary
