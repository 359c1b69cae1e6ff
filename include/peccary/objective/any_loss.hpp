// A loss that is chosen at run time: one compiled program for all of them, where a call for each example costs less than it spares.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/objective/losses.hpp"

#include <string_view>

namespace peccary {

/// Any loss of the list, called through pointers. Gives the same bits as the loss itself.
class any_loss {
public:
    static constexpr loss_info info = logistic::info; ///< of the default; see `facts`

    any_loss() noexcept = default;

    template <loss Loss>
    explicit any_loss(type_tag<Loss> /*which*/) noexcept : facts_(Loss::info), value_(&Loss::value), derivative_(&Loss::derivative) {}

    /// Throws `usage_error` for a name that no loss has.
    static any_loss named(std::string_view name) {
        any_loss found;
        with_named<losses>("loss", name, [&](auto which) { found = any_loss(which); });
        return found;
    }

    loss_info facts() const noexcept { return facts_; }
    double value(real score, real target) const { return value_(score, target); }
    real derivative(real score, real target) const { return derivative_(score, target); }

private:
    loss_info facts_ = info;
    double (*value_)(real score, real target) = &logistic::value;
    real (*derivative_)(real score, real target) = &logistic::derivative;
};

static_assert(loss<any_loss>);

} // namespace peccary
