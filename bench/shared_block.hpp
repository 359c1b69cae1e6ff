// A block of shared parameters, and what each access policy needs to share it.
#pragma once

#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <span>
#include <type_traits>

namespace peccary::bench {

class shared_block {
public:
    explicit shared_block(std::size_t size) : cells_(layout_of(size)) {}

    /// A worker's own policy over the block.
    template <access_policy Access>
    Access make_access() {
        if constexpr (std::is_same_v<Access, one_lock>) {
            return Access(mutex_);
        } else {
            return Access{};
        }
    }

    real* base() noexcept { return cells_.base(); }

    /// For whoever uses it alone.
    std::span<real> exclusive() noexcept { return cells_.exclusive(); }

private:
    static parameter_layout layout_of(std::size_t size) {
        parameter_layout layout;
        layout.append("cells", size, false);
        return layout;
    }

    parameters cells_;
    std::mutex mutex_;
};

/// What a block must hold after integers were added to zeros: `exact`, the sums, where no add may
/// be lost; elsewhere still whole numbers, and nothing where nothing was added to.
inline bool holds_sums(std::span<const real> cells, std::span<const real> touched, std::span<const real> sums, bool exact) {
    if (exact) {
        return std::ranges::equal(cells, sums);
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i] != std::trunc(cells[i]) || (touched[i] == 0 && cells[i] != 0)) {
            return false;
        }
    }
    return true;
}

} // namespace peccary::bench
