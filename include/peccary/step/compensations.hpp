// Compensation of delay: what others did to the weights since an update read them, put into its
// gradient to first order.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/core/types.hpp"
#include "peccary/step/rule/rule.hpp"

#include <concepts>
#include <string_view>

namespace peccary {

/// Some consecutive coordinates, in aligned scratch.
struct compensation_block {
    rule_block::array gradient; ///< in: as it was computed; out: compensated
    rule_block::array moved;    ///< the weights now, less those that it was computed of
    rule_block::array state;    ///< in: the mean square as it was read
    rule_block::array change;   ///< out: what is to be added to it
};

/// `compensate(lambda, block)` is a pure function of each coordinate. The square of the gradient
/// stands for the Hessian's diagonal: Zheng, Meng, Wang, Chen, Yu, Ma, Liu 2017 (DC-ASGD).
template <class Compensation>
concept compensation = requires(real lambda, compensation_block& block) {
    { Compensation::info } -> std::convertible_to<compensation_info>;
    { Compensation::compensate(lambda, block) } -> std::same_as<void>;
};

struct no_compensation {
    static constexpr compensation_info info{.name = "none", .formula = "0", .lambda = 0, .has_state = false};
    static void compensate(real /*lambda*/, compensation_block& /*block*/) noexcept {}
};

/// DC-ASGD-c.
struct constant_compensation {
    static constexpr compensation_info info{.name = "constant", .formula = "lambda g^2 moved", .lambda = 0.04, .has_state = false};
    static void compensate(real lambda, compensation_block& block) noexcept {
        block.gradient += lambda * block.gradient.square() * block.moved;
    }
};

/// DC-ASGD-a: lambda over the root of the moving mean of g^2, which keeps 0.95 an update.
struct adaptive_compensation {
    static constexpr compensation_info info{
        .name = "adaptive", .formula = "lambda g^2 moved / sqrt(mean of g^2 + 1e-7)", .lambda = 2, .has_state = true};
    static void compensate(real lambda, compensation_block& block) noexcept {
        constexpr real rate = 0.05F;
        constexpr real least = 1e-7F;
        block.change = rate * (block.gradient.square() - block.state);
        block.gradient += lambda * block.gradient.square() * block.moved / (((block.state + block.change).max)(real{0}) + least).sqrt();
    }
};

using compensations = type_list<no_compensation, constant_compensation, adaptive_compensation>;

} // namespace peccary
