// peccary schemes: lists the update schemes.
#include "commands/commands.hpp"

#include "peccary/scheme/schemes.hpp"
#include "report/text.hpp"

#include <nlohmann/json.hpp>

#include <memory>

namespace peccary::program {

namespace {

std::string as_json() {
    auto list = nlohmann::json::array();
    schemes::for_each([&](auto tag) {
        constexpr scheme_info info = decltype(tag)::type::info;
        list.push_back({{"name", info.name},
                        {"summary", info.summary},
                        {"paper", info.paper},
                        {"consistency", info.consistency},
                        {"access", info.access},
                        {"parallel", info.parallel},
                        {"deterministic", info.deterministic},
                        {"lossless", info.lossless},
                        {"lockstep", info.lockstep},
                        {"batch", info.batch}});
    });
    return list.dump(2) + "\n";
}

std::string as_table() {
    std::vector<std::vector<std::string>> rows{{"name", "consistency", "access", "workers", "deterministic", "paper", "summary"}};
    schemes::for_each([&](auto tag) {
        constexpr scheme_info info = decltype(tag)::type::info;
        rows.push_back({std::string(info.name), std::string(info.consistency), std::string(info.access), info.parallel ? "many" : "one",
                        info.deterministic ? "yes" : "no", std::string(info.paper), std::string(info.summary)});
    });
    return table(rows, alignment::words);
}

} // namespace

command schemes_command() {
    const auto json = std::make_shared<bool>(false);
    return {
        .name = "schemes",
        .description = "List the update schemes",
        .options = {{.name = "json", .value = "", .help = "As JSON", .target = json.get()}},
        .run = [json](const std::set<std::string>& /*given*/) { print(*json ? as_json() : as_table()); },
    };
}

} // namespace peccary::program
