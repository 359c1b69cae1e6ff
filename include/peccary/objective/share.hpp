// A share of the parameters, for workers that make an update together.
#pragma once

#include "peccary/core/types.hpp"

namespace peccary {

/// The parameters of features [first, last), and the biases or not. Disjoint shares can be updated
/// at the same time.
struct feature_share {
    feature_index first = 0;
    feature_index last = max_index + 1;
    bool biases = true;
};

} // namespace peccary
