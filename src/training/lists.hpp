// The library's lists of schemes, executors and objectives, by name and without their types: only
// lists.cpp compiles all of them. Whoever asks for facts includes the header that defines them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peccary {
struct executor_info;
struct loss_info;
struct scheme_entry;
struct scheme_info;
} // namespace peccary

namespace peccary::program {

/// The names of each list, joined as "a, b, c".
std::string scheme_names();
std::string executor_names();
std::string objective_names();

/// In the order of the list.
std::vector<scheme_entry> all_schemes();

/// Each throws `usage_error` for an unknown name, that of a scheme for unknown or meaningless knobs
/// behind it, too.
scheme_info scheme_named(std::string_view name);
scheme_entry scheme_entry_named(std::string_view name);
executor_info executor_named(std::string_view name);

/// The facts of an objective. Those of a network are those of its output, or of the default output
/// while that is "auto".
loss_info objective_named(std::string_view name, std::string_view output);

/// Whether the objective is a network, with layers.
bool is_network(std::string_view objective);

} // namespace peccary::program
