// The momentum that simulated workers show on a quadratic whose gradient is exact, so that only
// delays are random.
#pragma once

#include "support/made_data.hpp"

#include "peccary/data/split.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/scheme/hogwild.hpp"
#include "peccary/step/implied_momentum.hpp"
#include "peccary/train/trainer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace test {

/// Sum over j of h_j (w_j - 1)^2 / 2, whatever the row; where w stood after each update is written
/// to a list.
class traced_quadratic {
public:
    static constexpr peccary::loss_info info{.name = "traced_quadratic",
                                             .target = peccary::target_kind::regression,
                                             .curvature = 1,
                                             .sample_excess = 1,
                                             .differentiable = true,
                                             .probabilities = false};
    static constexpr std::array<real, 4> curvatures{1, 0.5F, 0.25F, 0.125F};
    using point = std::array<real, curvatures.size()>;
    struct gradient {
        point slopes{};
    };

    explicit traced_quadratic(std::vector<point>& positions) : positions_(&positions) {
        layout_.append("weights", curvatures.size(), true);
    }

    static std::size_t outputs() noexcept { return 1; }
    static gradient make_gradient() noexcept { return {}; }
    peccary::parameter_layout layout() const { return layout_; }

    template <peccary::row_view Row, class View>
    real differentiate(const Row& /*row*/, const View& view, gradient& result) const {
        for (std::size_t j = 0; j < curvatures.size(); ++j) {
            result.slopes[j] = curvatures[j] * (view.load(j) - 1);
        }
        return result.slopes[0];
    }
    template <peccary::row_view Row, class View>
    void apply(const Row& row, const gradient& of, const View& view, real step) const {
        apply_share(row, of, view, step, {});
    }
    template <peccary::row_view Row, class View>
    void apply_share(const Row& /*row*/, const gradient& of, const View& view, real step, const peccary::feature_share& /*share*/) const {
        point now{};
        for (std::size_t j = 0; j < curvatures.size(); ++j) {
            view.add(j, -step * of.slopes[j]);
            now[j] = view.load(j);
        }
        positions_->push_back(now);
    }
    template <peccary::row_view Row, class View>
    void scores(const Row& /*row*/, const View& view, std::span<real> out) const {
        out[0] = view.load(0);
    }
    template <peccary::row_view Row>
    static double loss_of(std::span<const real> scores, const Row& /*row*/) {
        return scores[0];
    }

private:
    peccary::parameter_layout layout_;
    std::vector<point>* positions_;
};

static_assert(peccary::objective<traced_quadratic>);

/// The mean trajectory of hogwild's workers with exponential delays over so many seeds, fitted.
/// Descent begins at 0.
inline peccary::momentum_fit measured_momentum(unsigned workers, double step, std::uint64_t seeds) {
    constexpr std::size_t updates = 120;
    constexpr std::size_t coordinates = traced_quadratic::curvatures.size();
    const sparse_set data = make_identity(updates);
    const auto rows = peccary::all_rows(updates);
    std::vector<std::vector<double>> mean(coordinates, std::vector<double>(updates + 1));
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        std::vector<traced_quadratic::point> positions;
        peccary::stop_flag never;
        const peccary::train_settings settings{.executor = "virtual",
                                               .workers = workers,
                                               .delay = "exponential",
                                               .epochs = 1,
                                               .step = step,
                                               .schedule = "constant",
                                               .l2 = 0.0,
                                               .seed = seed,
                                               .staleness = peccary::staleness_mode::off};
        peccary::planned_run run(peccary::make_problem(traced_quadratic(positions), data.view()), peccary::entry_of<peccary::hogwild>(),
                                 rows, settings, never);
        run.run_epoch();
        for (std::size_t t = 0; t < updates; ++t) {
            for (std::size_t j = 0; j < coordinates; ++j) {
                mean[j][t + 1] += static_cast<double>(positions[t][j]) / static_cast<double>(seeds);
            }
        }
    }
    peccary::momentum_estimate estimate;
    for (std::size_t j = 0; j < coordinates; ++j) {
        std::vector<double> gradients;
        for (const double position : mean[j]) {
            gradients.push_back(static_cast<double>(traced_quadratic::curvatures[j]) * (position - 1));
        }
        estimate.add(mean[j], gradients);
    }
    return estimate.fit();
}

} // namespace test
