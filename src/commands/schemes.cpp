// peccary schemes: lists the update schemes.
#include "commands/commands.hpp"

#include "peccary/scheme/scheme.hpp"
#include "report/text.hpp"
#include "training/lists.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <memory>
#include <span>

namespace peccary::program {

namespace {

nlohmann::json knobs_as_json(std::span<const knob> knobs) {
    auto list = nlohmann::json::array();
    for (const knob& each : knobs) {
        list.push_back(
            {{"name", each.name}, {"meaning", each.meaning}, {"unit", each.unit}, {"default", each.by_default}, {"source", each.source}});
    }
    return list;
}

std::string as_json() {
    auto list = nlohmann::json::array();
    for (const scheme_entry& each : all_schemes()) {
        const scheme_info& info = each.info;
        list.push_back({{"name", info.name},
                        {"summary", info.summary},
                        {"paper", info.paper},
                        {"consistency", name_of(info.consistency)},
                        {"access", info.access},
                        {"parallel", info.parallel},
                        {"deterministic", info.deterministic},
                        {"lossless", info.lossless},
                        {"lockstep", info.lockstep},
                        {"batch", info.batch},
                        {"knobs", knobs_as_json(each.knobs)}});
    }
    return list.dump(2) + "\n";
}

std::string as_table() {
    std::vector<std::vector<std::string>> rows{{"name", "consistency", "access", "workers", "deterministic", "paper", "summary"}};
    for (const scheme_entry& each : all_schemes()) {
        const scheme_info& info = each.info;
        rows.push_back({std::string(info.name), std::string(name_of(info.consistency)), std::string(info.access),
                        info.parallel ? "many" : "one", info.deterministic ? "yes" : "no", std::string(info.paper),
                        std::string(info.summary)});
    }
    return table(rows, alignment::words);
}

/// One scheme and its knobs.
std::string about(const std::string& name) {
    const scheme_entry found = scheme_entry_named(name);
    std::string text = fmt::format("{}: {} ({})\n", found.info.name, found.info.summary, found.info.paper);
    if (found.knobs.empty()) {
        return text + "It has no knobs.\n";
    }
    std::vector<std::vector<std::string>> rows{{"knob", "meaning", "unit", "default", "source of the default"}};
    for (const knob& each : found.knobs) {
        rows.push_back({std::string(each.name), std::string(each.meaning), std::string(each.unit), std::string(each.by_default),
                        std::string(each.source)});
    }
    return text + table(rows, alignment::words) +
           fmt::format("for example: --scheme {}:{}=64\n", found.info.name, found.knobs.front().name);
}

} // namespace

command schemes_command() {
    const auto json = std::make_shared<bool>(false);
    const auto name = std::make_shared<std::string>();
    return {
        .name = "schemes",
        .description = "List the update schemes, or one of them with its knobs",
        .options = {{.name = "NAME", .value = "", .help = "A scheme, to be shown with its knobs", .target = name.get()},
                    {.name = "json", .value = "", .help = "As JSON", .target = json.get()}},
        .run =
            [json, name](const std::set<std::string>& /*given*/) {
                print(*json ? as_json() : name->empty() ? as_table() : about(*name));
            },
    };
}

} // namespace peccary::program
