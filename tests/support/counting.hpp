// An objective that counts instead of learning, and one that asks for a stop in the midst of
// another.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/objective/objective.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace test {

/// The gradient is -1 times the row, and -1 for the bias, wherever it is taken; so with integer
/// data and steps every sum is exact, whatever the order. `target` is the row's number, and each
/// evaluation of a row is counted.
class counting {
public:
    static constexpr peccary::loss_info info{.name = "counting",
                                             .target = peccary::target_kind::regression,
                                             .curvature = 1,
                                             .sample_excess = 1,
                                             .differentiable = true,
                                             .probabilities = false};
    struct gradient {};

    counting(std::size_t rows, std::size_t features) : visits_(std::make_shared<std::vector<std::atomic<std::uint32_t>>>(rows)) {
        weights_at_ = layout_.append("weights", features, true);
        bias_at_ = layout_.append("bias", 1, false);
    }

    static std::size_t outputs() noexcept { return 1; }
    static gradient make_gradient() noexcept { return {}; }
    peccary::parameter_layout layout() const { return layout_; }

    template <peccary::row_view Row, class View>
    peccary::real differentiate(const Row& row, const View& view, gradient& /*result*/) const {
        (*visits_)[static_cast<std::size_t>(row.target)].fetch_add(1, std::memory_order_relaxed);
        return view.dot(weights_at_, row) + view.load(bias_at_);
    }
    template <peccary::row_view Row, class View>
    void apply(const Row& row, const gradient& of, const View& view, peccary::real step) const {
        apply_share(row, of, view, step, {});
    }
    template <peccary::row_view Row, class View>
    void apply_share(const Row& row, const gradient& /*of*/, const View& view, peccary::real step,
                     const peccary::feature_share& share) const {
        view.add_row(weights_at_, peccary::restrict_to(row, share.first, share.last), step * view.inverse_scale());
        if (share.biases) {
            view.add(bias_at_, step);
        }
    }
    template <peccary::row_view Row, class View>
    void scores(const Row& row, const View& view, std::span<peccary::real> out) const {
        out[0] = view.scale() * view.dot(weights_at_, row) + view.load(bias_at_);
    }
    template <peccary::row_view Row>
    static double loss_of(std::span<const peccary::real> scores, const Row& /*row*/) {
        return -scores[0];
    }

    /// How often each row was evaluated, by any copy of this objective.
    std::vector<std::uint32_t> visits() const {
        std::vector<std::uint32_t> counts;
        for (const auto& count : *visits_) {
            counts.push_back(count.load(std::memory_order_relaxed));
        }
        return counts;
    }

private:
    peccary::parameter_layout layout_;
    std::size_t weights_at_ = 0;
    std::size_t bias_at_ = 0;
    std::shared_ptr<std::vector<std::atomic<std::uint32_t>>> visits_;
};

static_assert(peccary::objective<counting>);

/// `Base`, with a stop requested at the `after`-th evaluation, counted from 1.
template <class Base>
class stopping : public Base {
public:
    stopping(Base base, peccary::stop_flag& stop, std::uint64_t after)
        : Base(std::move(base)), stop_(&stop), left_(std::make_shared<std::atomic<std::uint64_t>>(after)) {}

    template <peccary::row_view Row, class View>
    peccary::real differentiate(const Row& row, const View& view, typename Base::gradient& result) const {
        if (left_->fetch_sub(1, std::memory_order_relaxed) == 1) {
            stop_->request();
        }
        return Base::differentiate(row, view, result);
    }

private:
    peccary::stop_flag* stop_;
    std::shared_ptr<std::atomic<std::uint64_t>> left_;
};

} // namespace test
