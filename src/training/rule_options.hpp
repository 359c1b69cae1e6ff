// What the options say about update rules.
#pragma once

#include "peccary/step/rules.hpp"
#include "training/options.hpp"

#include <optional>
#include <string>

namespace peccary::program {

/// The rule of a run by this scheme with so many workers. 0 workers are as many as there are usable
/// cores. The scheme may be "auto" while it is not chosen.
rule_settings rule_settings_of(const train_options& options, const std::string& scheme, unsigned workers);

/// The same with the scheme and the workers that the options name.
rule_settings rule_settings_of(const train_options& options);

/// The explicit momentum of a run by this scheme, 0 where its rule has none; nothing where no
/// update is late.
std::optional<double> momentum_of_rule(const train_options& options, const std::string& scheme, unsigned workers);

/// Whether workers of this scheme share the rule's state. Throws `usage_error` if they cannot keep
/// it as the options have it.
bool shares_rule_state(const train_options& options, const std::string& scheme);

} // namespace peccary::program
