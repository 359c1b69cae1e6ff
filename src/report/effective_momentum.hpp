// The momentum of a run whose updates come late: what its rule has, and what lateness implies by
// the theory of docs/implied-momentum.md.
#pragma once

#include "peccary/step/implied_momentum.hpp"
#include "report/distribution.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace peccary::program {

struct effective_momentum {
    double of_rule = 0; ///< 0 where it has none
    double implied = 0; ///< by the mean staleness that was measured

    /// To first order, which means nothing any more where it is above 1.
    double total() const noexcept { return of_rule + implied; }
};

/// `of_rule` is nothing where no update is late. Nothing without samples of staleness either.
inline std::optional<effective_momentum> effective_momentum_of(const std::optional<double>& of_rule, const distribution& staleness) {
    if (!of_rule || staleness.samples == 0) {
        return std::nullopt;
    }
    return effective_momentum{.of_rule = *of_rule, .implied = implied_momentum(1 + staleness.mean)};
}

/// An object `explicit`, `implied`, `total`, or null.
nlohmann::ordered_json to_json(const std::optional<effective_momentum>& of);

} // namespace peccary::program
