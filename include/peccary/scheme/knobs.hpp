// A scheme's own knobs: what they are, and the values that travel with its name, as in
// "replicas:period=256".
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// What is known of a knob. Its value is a number of [least, most].
struct knob {
    std::string_view name;
    std::string_view meaning;
    std::string_view unit;
    std::string_view by_default; ///< in words
    std::string_view source;     ///< of the default
    double least = 0;
    double most = (std::numeric_limits<double>::max)();
    bool whole = true; ///< a whole number
};

/// The values of a scheme's knobs that a user gave; the scheme has defaults for the others.
class knob_values {
public:
    knob_values() = default;

    /// Reads "NAME=VALUE,NAME=VALUE" for `scheme`, which has these knobs. Throws `usage_error` for
    /// a knob that it does not have, one that is given twice, and a value that it cannot take.
    knob_values(std::string_view scheme, std::span<const knob> known, std::string_view text) {
        while (!text.empty()) {
            const std::string_view item = text.substr(0, text.find(','));
            text.remove_prefix((std::min)(text.size(), item.size() + 1));
            const std::string_view name = item.substr(0, item.find('='));
            const auto found = std::ranges::find(known, name, &knob::name);
            if (found == known.end()) {
                throw usage_error("the scheme '" + std::string(scheme) + "' has no knob '" + std::string(name) + "'; " + choices(known));
            }
            if (find(name)) {
                throw usage_error("the knob '" + std::string(name) + "' of the scheme '" + std::string(scheme) +
                                  "' is given twice; give it once");
            }
            values_.emplace_back(name, value_of(scheme, *found, item.substr((std::min)(item.size(), name.size() + 1))));
        }
    }

    std::optional<double> find(std::string_view name) const {
        const auto found = std::ranges::find(values_, name, [](const auto& value) { return std::string_view(value.first); });
        return found == values_.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::uint64_t> find_whole(std::string_view name) const {
        const std::optional<double> value = find(name);
        return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
    }

private:
    static double value_of(std::string_view scheme, const knob& of, std::string_view text) {
        const std::optional<double> value = parse_number<double>(text);
        if (!value || !(*value >= of.least && *value <= of.most) || (of.whole && (*value != std::trunc(*value) || *value > 0x1p53))) {
            const std::string range = of.most == (std::numeric_limits<double>::max)()
                                          ? "of at least " + format_number(of.least, 6)
                                          : "from " + format_number(of.least, 6) + " to " + format_number(of.most, 6);
            throw usage_error("the knob '" + std::string(of.name) + "' of the scheme '" + std::string(scheme) + "' takes a " +
                              (of.whole ? "whole number " : "number ") + range + ", not '" + std::string(text) + "'");
        }
        return *value;
    }

    static std::string choices(std::span<const knob> known) {
        if (known.empty()) {
            return "it has none";
        }
        std::string names;
        for (const knob& each : known) {
            names += (names.empty() ? "it has: " : ", ") + std::string(each.name);
        }
        return names;
    }

    std::vector<std::pair<std::string, double>> values_;
};

/// A scheme as a user writes it: "NAME" or "NAME:KNOBS".
struct scheme_text {
    std::string_view name;
    std::string_view knobs;

    explicit scheme_text(std::string_view text)
        : name(text.substr(0, text.find(':'))), knobs(name.size() < text.size() ? text.substr(name.size() + 1) : std::string_view()) {}
};

} // namespace peccary
