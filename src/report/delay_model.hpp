// Distributions that the literature assumes of staleness, fitted to a measured one.
#pragma once

#include "report/distribution.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace peccary::program {

/// A distribution over 0, 1, 2, ... whose one parameter is its mean, so that the likeliest is the
/// one with the mean of the sample.
struct delay_model {
    std::string_view name;
    /// ln P(first <= τ <= last); `mean` is positive
    double (*log_share)(double mean, std::uint64_t first, std::uint64_t last);
};

/// Of geometric delays are those of workers whose times to an update are independent and
/// exponential: Mitliagkas, Zhang, Hadjis, Re 2016, "Asynchrony begets momentum".
double geometric_log_share(double mean, std::uint64_t first, std::uint64_t last);

/// Fitted to measured staleness beside its generalisation by Conway and Maxwell: Bäckström,
/// Papatriantafilou, Tsigas 2019, "MindTheStep-AsyncPSGD".
double poisson_log_share(double mean, std::uint64_t first, std::uint64_t last);

inline constexpr delay_model delay_models[] = {{.name = "geometric", .log_share = &geometric_log_share},
                                               {.name = "Poisson", .log_share = &poisson_log_share}};

/// A model with the mean of a measured distribution, and how far it is from it. Where bins hold
/// several values, these count as one.
struct fitted_model {
    delay_model model;
    double mean = 0;
    /// half the sum of the differences of all bins' shares: 0 (the same) to 1
    double total_variation = 0;
    double kolmogorov = 0;     ///< the largest difference of the distribution functions, 0 to 1
    double log_likelihood = 0; ///< mean over the samples of ln of the model's share in their bin

    /// P(first <= τ <= last).
    double share(std::uint64_t first, std::uint64_t last) const;
};

/// One of each model. None for a distribution that has no bins, or is 0 throughout: all models are
/// then the same.
std::vector<fitted_model> fits_to(const distribution& measured);

} // namespace peccary::program
