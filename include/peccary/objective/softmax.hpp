// Multinomial logistic regression: K scores a row, cross-entropy of their softmax.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/objective/output/cross_entropy.hpp"

#include <string>
#include <vector>

namespace peccary {

/// scores = W^T x (+ b), with W the span "weights" (features x K, row-major, so that one feature's
/// K weights are neighbours) and b the span "bias" (K). loss = log(sum_c
/// exp(score_c)) - score_target. The gradient of an example is the K numbers
/// slope_c = weight * (softmax_c - [c = target]): slope_c * x for column c of W, slope_c for b_c.
class softmax {
public:
    static constexpr loss_info info = cross_entropy::info;

    struct gradient {
        std::vector<real> slopes; ///< K
    };

    /// Throws `usage_error` for fewer than two classes.
    softmax(std::size_t features, std::size_t classes, bool bias) : classes_(classes), has_bias_(bias) {
        if (classes < 2) {
            throw usage_error("softmax needs at least two classes, not " + std::to_string(classes));
        }
        weights_at_ = layout_.append("weights", features * classes, true);
        if (bias) {
            bias_at_ = layout_.append("bias", classes, false);
        }
    }

    std::size_t outputs() const noexcept { return classes_; }
    std::size_t weights_per_feature() const noexcept { return classes_; }
    gradient make_gradient() const { return {.slopes = std::vector<real>(classes_)}; }
    parameter_layout layout() const { return layout_; }

    template <row_view Row, class View>
    real differentiate(const Row& row, const View& view, gradient& result) const {
        const std::span<real> slopes(result.slopes);
        scores(row, view, slopes);
        return cross_entropy::differentiate(row.target, row.weight, slopes);
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
        view.multiply(weights_at_, row, out);
        for (real& score : out) {
            score *= view.scale();
        }
        if (has_bias_) {
            view.accumulate_block(bias_at_, out);
        }
    }

    template <row_view Row>
    double loss_of(std::span<const real> scores, const Row& row) const {
        return static_cast<double>(row.weight) * cross_entropy::loss(scores, row.target);
    }

private:
    template <row_view Row, class View>
    void add(const Row& row, const gradient& of, const View& view, real step, bool bias) const {
        view.add_outer(weights_at_, row, of.slopes, -step * view.inverse_scale());
        if (bias) {
            view.add_block(bias_at_, of.slopes, -step);
        }
    }

    parameter_layout layout_;
    std::size_t classes_;
    std::size_t weights_at_ = 0;
    std::size_t bias_at_ = 0;
    bool has_bias_;
};

static_assert(objective<softmax, sparse_row> && objective<softmax, dense_row>);

} // namespace peccary
