// A loss of one's own is one struct; every scheme, access policy and executor works with it.
#include <peccary/peccary.hpp>

#include <cmath>
#include <iostream>
#include <vector>

/// log(cosh(s - y)): quadratic near the target, linear far from it, smooth everywhere.
struct log_cosh {
    static constexpr peccary::loss_info info{.name = "log_cosh",
                                             .target = peccary::target_kind::regression,
                                             .curvature = 1,
                                             .sample_excess = 4,
                                             .differentiable = true,
                                             .probabilities = false};

    static double value(float score, float target) {
        const double residual = std::abs(static_cast<double>(score) - target);
        // no overflow for large residuals
        return residual + std::log1p(std::exp(-2 * residual)) - std::log(2.0);
    }
    static float derivative(float score, float target) { return std::tanh(score - target); }
};
static_assert(peccary::loss<log_cosh>);

int main() {
    // y = 2 x0 - x1, dense rows, and one wild outlier.
    std::vector<float> values;
    std::vector<float> targets;
    for (int i = 0; i < 200; ++i) {
        const auto x0 = static_cast<float>(i % 7) / 7;
        const auto x1 = static_cast<float>(i % 11) / 11;
        values.insert(values.end(), {x0, x1});
        targets.push_back(i == 100 ? 1000.0F : 2 * x0 - x1);
    }
    const peccary::dense_view data{values, targets, {}, 2};
    const peccary::linear<log_cosh> objective(2, false);
    const auto result = peccary::train<peccary::atomic>(objective, data, {.workers = 2, .epochs = 200, .l2 = 0.0});

    const auto weights = result.model.exclusive();
    std::cout << "weights " << weights[0] << ' ' << weights[1] << " (without the outlier: 2 -1)\n";
    return std::abs(weights[0] - 2) < 0.1F && std::abs(weights[1] + 1) < 0.1F ? 0 : 1;
}
