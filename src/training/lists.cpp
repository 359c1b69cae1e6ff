#include "training/lists.hpp"

#include "peccary/execution/executors.hpp"
#include "peccary/scheme/schemes.hpp"
#include "training/objectives.hpp"

namespace peccary::program {

std::string scheme_names() { return names_of<schemes>(); }
std::string executor_names() { return names_of<executors>(); }
std::string objective_names() { return names_of<objectives>(); }

std::vector<scheme_entry> all_schemes() {
    std::vector<scheme_entry> all;
    schemes::for_each([&](auto tag) { all.push_back(entry_of<typename decltype(tag)::type>()); });
    return all;
}

scheme_entry scheme_entry_named(std::string_view name) {
    const scheme_text text(name);
    const scheme_entry found = peccary::scheme_named(text.name);
    static_cast<void>(knob_values(text.name, found.knobs, text.knobs));
    return found;
}

scheme_info scheme_named(std::string_view name) { return scheme_entry_named(name).info; }

executor_info executor_named(std::string_view name) {
    executor_info found{};
    with_named<executors>("executor", name, [&](auto tag) { found = decltype(tag)::type::info; });
    return found;
}

loss_info objective_named(std::string_view name, std::string_view output) { return objective_info(name, output); }

bool is_network(std::string_view objective) { return objective == mlp::info.name; }

} // namespace peccary::program
