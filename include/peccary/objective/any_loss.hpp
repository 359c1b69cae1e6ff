// A loss that is chosen at run time: one compiled program for all of them, where a call for each
// example costs less than it spares.
#pragma once

#include "peccary/core/type_list.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/objective/losses.hpp"

#include <cstddef>
#include <string_view>

namespace peccary {

/// Any loss of the list, found by a comparison or two before its arithmetic. Gives the same bits as
/// the loss itself.
class any_loss {
public:
    static constexpr loss_info info = logistic::info; ///< of the default; see `facts`

    any_loss() noexcept = default;

    template <loss Loss>
    explicit any_loss(type_tag<Loss> /*which*/) noexcept : facts_(Loss::info), which_(index_in<losses, Loss>) {}

    /// Throws `usage_error` for a name that no loss has.
    static any_loss named(std::string_view name) {
        any_loss found;
        with_named<losses>("loss", name, [&](auto which) { found = any_loss(which); });
        return found;
    }

    loss_info facts() const noexcept { return facts_; }
    double value(real score, real target) const {
        double result = 0;
        visit([&](auto which) { result = decltype(which)::type::value(score, target); });
        return result;
    }
    real derivative(real score, real target) const {
        real result = 0;
        visit([&](auto which) { result = decltype(which)::type::derivative(score, target); });
        return result;
    }

private:
    template <class Visitor>
    void visit(Visitor visitor) const {
        losses::for_each([&](auto which) {
            if (which_ == index_in<losses, typename decltype(which)::type>) {
                visitor(which);
            }
        });
    }

    loss_info facts_ = info;
    std::size_t which_ = index_in<losses, logistic>;
};

static_assert(loss<any_loss>);

} // namespace peccary
