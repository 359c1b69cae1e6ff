// What a worker read through another policy, kept in its scratch: to be compared later with what is there then.
#pragma once

#include "peccary/parameters/access/access.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace peccary {

/// Each value is also stored at its coordinate's place in `kept`, the last one where a coordinate is read twice. Not one of the policies that schemes
/// choose from: it is put around theirs.
template <access_policy Access>
class recording_access {
public:
    static constexpr access_info info{.name = "recording", .race_free = Access::info.race_free, .lossless = Access::info.lossless};

    recording_access(Access& through, const real* base, real* kept) noexcept : through_(&through), base_(base), kept_(kept) {}

    real load(const real& cell) const {
        const real value = through_->load(cell);
        kept_[&cell - base_] = value;
        return value;
    }
    void load_block(const real* from, std::span<real> to) const {
        through_->load_block(from, to);
        std::ranges::copy(to, kept_ + (from - base_));
    }
    void add(real& cell, real delta) const { through_->add(cell, delta); }
    void add_block(real* to, std::span<const real> from, real factor) const { through_->add_block(to, from, factor); }
    auto guard() const { return through_->guard(); }
    contention tally() const noexcept { return through_->tally(); }

private:
    Access* through_;
    const real* base_;
    real* kept_;
};

} // namespace peccary
