// A linear model under a loss of one score: logistic and least-squares regression, support vector
// machines.
#pragma once

#include "peccary/objective/objective.hpp"

namespace peccary {

/// score = w . x (+ b), with w the span "weights" (features) and b the span "bias" (1), if there is
/// one.
/// The gradient of an example is the one number `slope` = weight * d loss / d score: slope * x for
/// w, slope for b.
template <loss Loss>
class linear {
public:
    static constexpr loss_info info = Loss::info;
    using loss_type = Loss;

    struct gradient {
        real slope = 0;
    };

    linear(std::size_t features, bool bias, Loss loss = {}) : has_bias_(bias), loss_(loss) {
        weights_at_ = layout_.append("weights", features, true);
        if (bias) {
            bias_at_ = layout_.append("bias", 1, false);
        }
    }

    loss_info facts() const noexcept requires requires(const Loss& of) { of.facts(); }
    { return loss_.facts(); }

    static constexpr std::size_t outputs() noexcept { return 1; }
    static constexpr std::size_t weights_per_feature() noexcept { return 1; }
    static gradient make_gradient() noexcept { return {}; }

    parameter_layout layout() const { return layout_; }

    template <row_view Row, class View>
    real score(const Row& row, const View& view) const {
        const real score = view.scale() * view.dot(weights_at_, row);
        return has_bias_ ? score + view.load(bias_at_) : score;
    }

    template <row_view Row, class View>
    real differentiate(const Row& row, const View& view, gradient& result) const {
        const real at = score(row, view);
        result.slope = row.weight * loss_.derivative(at, row.target);
        return at;
    }

    template <row_view Row, class View>
    void apply(const Row& row, const gradient& of, const View& view, real step) const {
        add(row, of, view, step, has_bias_);
    }

    template <row_view Row, class View>
    void apply_share(const Row& row, const gradient& of, const View& view, real step, const feature_share& share) const {
        add(restrict_to(row, share.first, share.last), of, view, step, has_bias_ && share.biases);
    }

    template <row_view Row, class View>
    void scores(const Row& row, const View& view, std::span<real> out) const {
        out[0] = score(row, view);
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return static_cast<double>(row.weight) * loss_.value(scores[0], row.target);
    }

private:
    template <row_view Row, class View>
    void add(const Row& row, const gradient& of, const View& view, real step, bool bias) const {
        if (of.slope == 0) {
            return; // beyond the hinge
        }
        const real change = -step * of.slope;
        view.add_row(weights_at_, row, change * view.inverse_scale());
        if (bias) {
            view.add(bias_at_, change);
        }
    }

    parameter_layout layout_;
    std::size_t weights_at_ = 0;
    std::size_t bias_at_ = 0;
    bool has_bias_;
    [[no_unique_address]] Loss loss_;
};

} // namespace peccary
