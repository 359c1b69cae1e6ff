// What a target means: shared by labels, which become targets, and losses, which are functions of
// them.
#pragma once

#include <cstdint>

namespace peccary {

enum class target_kind : std::uint8_t {
    binary, ///< two labels: the lower one becomes -1, the higher one +1
    /// K >= 2 integer labels: each becomes its position 0..K-1 among them in ascending order
    multiclass,
    regression ///< any finite number, which becomes itself
};

} // namespace peccary
