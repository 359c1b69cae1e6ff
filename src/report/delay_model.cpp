#include "report/delay_model.hpp"

#include <algorithm>
#include <cmath>

namespace peccary::program {

namespace {

double share_of(const distribution::bin& bin, const distribution& of) {
    return static_cast<double>(bin.count) / static_cast<double>(of.samples);
}

fitted_model fitted(const delay_model& model, const distribution& measured) {
    fitted_model found{.model = model, .mean = measured.mean};
    double differences = 0;
    double in_bins = 0; // of the model
    double below = 0;   // of the sample
    for (const distribution::bin& bin : measured.bins) {
        const double mine = share_of(bin, measured);
        const double log_share = model.log_share(measured.mean, bin.first, bin.last);
        const double models = std::exp(log_share);
        differences += std::abs(mine - models);
        in_bins += models;
        found.log_likelihood += mine * log_share;
        // Between the bins that hold something the sample's distribution function is constant, so
        // it is farthest from the model's at their ends.
        if (bin.first > 0) {
            found.kolmogorov = std::max(found.kolmogorov, std::abs(below - found.share(0, bin.first - 1)));
        }
        below += mine;
        found.kolmogorov = std::max(found.kolmogorov, std::abs(below - found.share(0, bin.last)));
    }
    // where there is no bin, the sample's share is 0
    found.total_variation = (differences + std::max(0.0, 1 - in_bins)) / 2;
    return found;
}

} // namespace

double geometric_log_share(double mean, std::uint64_t first, std::uint64_t last) {
    // P(τ >= k) = (1 - p)^k with p = 1 / (1 + mean).
    const double log_more = -std::log1p(1 / mean);
    return static_cast<double>(first) * log_more + std::log(-std::expm1((static_cast<double>(last - first) + 1) * log_more));
}

double poisson_log_share(double mean, std::uint64_t first, std::uint64_t last) {
    // The logarithm of the largest term, and the others relative to it, outwards until they no
    // longer count: nothing underflows, and there are some nine square roots of the mean of them.
    constexpr double negligible = 1e-18;
    const std::uint64_t peak = std::clamp(static_cast<std::uint64_t>(mean), first, last);
    const auto at_peak = static_cast<double>(peak);
    double sum = 1;
    double term = 1;
    for (double k = at_peak; k < static_cast<double>(last) && term > negligible; ++k) {
        term *= mean / (k + 1);
        sum += term;
    }
    term = 1;
    for (double k = at_peak; k > static_cast<double>(first) && term > negligible; --k) {
        term *= k / mean;
        sum += term;
    }
    return at_peak * std::log(mean) - mean - std::lgamma(at_peak + 1) + std::log(sum);
}

double fitted_model::share(std::uint64_t first, std::uint64_t last) const { return std::exp(model.log_share(mean, first, last)); }

std::vector<fitted_model> fits_to(const distribution& measured) {
    std::vector<fitted_model> fits;
    if (measured.bins.empty() || measured.maximum == 0) {
        return fits;
    }
    for (const delay_model& model : delay_models) {
        fits.push_back(fitted(model, measured));
    }
    return fits;
}

} // namespace peccary::program
