// An update rule as all workers of a run apply it: to which coordinates, and where its state lies.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/step/update_rule.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// Beside each learned coordinate i stands, for each state k of the rule, the value at
/// `state_at[k] + i`: in the shared buffer, behind what the objective has there, where it is read
/// and added to through the same access policy; or, for states of workers' own, in a buffer apart,
/// which schemes do not know.
///
/// Considerations. State of workers' own in the shared buffer would be copied and merged by schemes
/// with copies, for each worker that of all.
struct applied_rule {
    using state_offsets = std::array<std::size_t, rule_info::most_states + 1>;

    update_rule rule;
    /// what the rule acts on, ascending; all else is added to as it comes
    std::vector<parameter_span> learned;
    /// of the objective's parameters, what is not learned included
    std::size_t buffer_size = 0;
    std::vector<state_offsets> state_at = {}; ///< one, or one for each worker
    /// where workers' own state lies; none: in the shared buffer
    real* own = nullptr;

    /// Without state yet: see below. `whole` is the layout of all parameters, which begins with
    /// those that are learned.
    applied_rule(update_rule of, const parameter_layout& learned_layout, const parameter_layout& whole)
        : rule(of), learned(learned_layout.spans()), buffer_size(whole.size()) {}

    const state_offsets& state_of(unsigned worker) const { return state_at[state_at.size() == 1 ? 0 : worker]; }

    /// One past the last learned coordinate.
    std::size_t size() const noexcept { return learned.empty() ? 0 : learned.back().offset + learned.back().size; }

    /// Of the state that made the run's update `update`, counted from 1: how many it has made.
    /// Workers that each have their own share updates evenly, or nearly so; by the time that it
    /// matters who was late, what depends on the number has come to its limit.
    std::uint64_t updates_of_state(std::uint64_t update) const noexcept { return (update - 1) / state_at.size() + 1; }
};

/// Appends the spans of a rule's state, "NAME" or "PREFIX.NAME", for learned coordinates up to
/// `size`.
inline applied_rule::state_offsets append_state(parameter_layout& layout, const update_rule& rule, std::size_t size,
                                                const std::string& prefix = "") {
    applied_rule::state_offsets offsets{};
    for (std::size_t k = 0; k < rule.state_count(); ++k) {
        const std::string_view name = k < rule.info.state_count() ? rule.info.states[k] : "mean_square";
        offsets[k] = layout.append(prefix + std::string(name), size, false);
    }
    return offsets;
}

/// The model with the shared state of `applied` behind it, zero.
inline parameters with_shared_state(parameters model, applied_rule& applied) {
    parameter_layout layout = model.layout();
    applied.state_at = {append_state(layout, applied.rule, applied.size())};
    if (applied.rule.state_count() == 0) {
        return model;
    }
    parameters extended(std::move(layout));
    std::ranges::copy(model.exclusive(), extended.exclusive().begin());
    return extended;
}

/// State of their own for so many workers, zero; nothing for none.
inline parameters own_state(unsigned workers, applied_rule& applied) {
    parameter_layout layout;
    for (unsigned worker = 0; worker < workers; ++worker) {
        applied.state_at.push_back(append_state(layout, applied.rule, applied.size(), "worker" + std::to_string(worker) + "."));
    }
    parameters made(std::move(layout));
    applied.own = workers == 0 ? nullptr : made.base();
    return made;
}

} // namespace peccary
