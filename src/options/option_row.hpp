// One row of a table of options: all that the program knows of an option. The command line, the
// manual, JSON settings, resuming, logs and checks are made from the rows.
#pragma once

#include "options/option.hpp"
#include "peccary/core/error.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace peccary::program {

/// The member of `Options` that has the value.
template <class Options>
using option_member = std::variant<bool Options::*, std::string Options::*, unsigned Options::*, std::uint64_t Options::*,
                                   double Options::*, std::optional<std::string> Options::*, std::optional<std::uint64_t> Options::*,
                                   std::optional<double> Options::*, std::vector<std::string> Options::*, std::vector<unsigned> Options::*>;

/// Where the value of an option is written down.
enum class recorded : std::uint8_t {
    in_checkpoints, ///< and logs: it decides what a run computes, so resuming keeps it
    in_logs,        ///< where data comes from and results go, and how often
    nowhere         ///< it concerns only what people see
};

template <class Options>
struct option_row {
    std::string_view name;  ///< as in `option`
    std::string_view value; ///< as in `option`
    std::string_view help;  ///< "{}" in it stands for `names`
    option_member<Options> member;
    recorded where = recorded::in_checkpoints;
    std::string (*names)() = nullptr;
    std::vector<std::string> (*choices)() = nullptr; ///< checked by the command line
    bool positive = false;                           ///< checked by the command line
    bool required = false;
    /// What "auto" was settled to stands in checkpoints, so "auto" contradicts none of them.
    bool settled = false;

    /// Why the option, given in this combination, has no effect; empty where it has one.
    std::string (*no_effect)(const Options&) = nullptr;
    /// Whether the value, given, is in range.
    bool (*in_range)(const Options&) = nullptr;
    std::string_view range = {}; ///< follows "--name must be "
    /// Throws `usage_error`, whether the option is given or not.
    void (*check)(const Options&) = nullptr;

    std::string full_help() const {
        std::string text(help);
        if (names != nullptr) {
            text.replace(text.find("{}"), 2, names());
        }
        return text;
    }

    /// In JSON: the name in small letters.
    std::string key() const {
        std::string text(name);
        for (char& letter : text) {
            letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
        }
        return text;
    }

    option bound_to(Options& options, const char* group) const {
        option bound{.name = std::string(name),
                     .value = std::string(value),
                     .help = full_help(),
                     .target = std::visit([&](auto place) -> option_target { return &(options.*place); }, member),
                     .choices = choices == nullptr ? std::vector<std::string>() : choices(),
                     .positive = positive,
                     .required = required};
        bound.group = bound.positional() ? "" : group;
        return bound;
    }
};

template <class Options>
using option_table = std::span<const option_row<Options>>;

/// Throws `usage_error` for the first row whose option has no effect, is out of range, or fails its
/// check. `given` are the options that the user wrote.
template <class Options>
void check_rows(option_table<Options> rows, const Options& options, const std::set<std::string>& given) {
    for (const option_row<Options>& row : rows) {
        const std::string name(row.name);
        if (given.contains(name)) {
            if (row.no_effect != nullptr) {
                if (const std::string why = row.no_effect(options); !why.empty()) {
                    throw usage_error(std::string("--").append(name).append(" has no effect here: ").append(why));
                }
            }
            if (row.in_range != nullptr && !row.in_range(options)) {
                throw usage_error("--" + name + " must be " + std::string(row.range));
            }
        }
        if (row.check != nullptr) {
            row.check(options);
        }
    }
}

} // namespace peccary::program
