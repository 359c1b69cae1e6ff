// The list of dampings, and the one that is named at run time.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/step/damping/bounded.hpp"
#include "peccary/step/damping/exponential.hpp"
#include "peccary/step/damping/inverse.hpp"
#include "peccary/step/damping/tail.hpp"
#include "peccary/step/damping/undamped.hpp"

#include <string>
#include <string_view>

namespace peccary {

using dampings = type_list<undamped, inverse_damping, bounded_damping, exponential_damping, tail_damping>;

/// One of the list with its knob, as plain values. Beside the reading of other workers' clocks, a
/// call through a pointer costs nothing, so no scheme is compiled once for each damping.
struct damping_rule {
    double (*factor)(const lateness&) = &undamped::factor;
    double knob = 0;
    bool learns = false;
    bool damps = false; ///< false: all factors are 1, and nothing needs to be measured
};

/// The names of the list, with what follows them: "none, ..., tail[:KNOB]".
inline std::string damping_names() {
    std::string names;
    dampings::for_each([&](auto tag) {
        constexpr damping_info info = decltype(tag)::type::info;
        names += (names.empty() ? "" : ", ") + std::string(info.name) + (info.knob > 0 ? "[:KNOB]" : "");
    });
    return names;
}

/// A damping written as NAME or NAME:KNOB. Throws `usage_error` for what is none.
inline damping_rule damping_named(std::string_view text) {
    const std::string_view name = text.substr(0, text.find(':'));
    const bool has_knob = name.size() < text.size();
    damping_rule rule;
    bool found = false;
    dampings::for_each([&](auto tag) {
        using named = typename decltype(tag)::type;
        if (named::info.name == name) {
            found = true;
            rule = {.factor = &named::factor, .knob = named::info.knob, .learns = named::info.learns, .damps = name != undamped::info.name};
        }
    });
    if (!found) {
        throw usage_error("unknown damping '" + std::string(name) + "'; choose one of " + damping_names());
    }
    if (has_knob) {
        const auto knob = real_from_text(text.substr(name.size() + 1));
        if (rule.knob == 0) {
            throw usage_error("the damping '" + std::string(name) + "' has no knob; leave out what follows its name in '" +
                              std::string(text) + "'");
        }
        if (!knob || !(*knob > 0 && *knob <= 1)) {
            throw usage_error("the knob of the damping '" + std::string(name) + "' is a number above 0 and at most 1, such as " +
                              std::string(name) + ":0.5, not '" + std::string(text.substr(name.size() + 1)) + "'");
        }
        rule.knob = *knob;
    }
    return rule;
}

} // namespace peccary
