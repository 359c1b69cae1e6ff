// The machine a run was made on, for logs: figures without it mean little.
#pragma once

#include "peccary/core/topology.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace peccary::program {

/// The processor's name as Linux tells it; empty where it does not.
inline std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) {
            const std::size_t first = line.find_first_not_of(" \t", line.find(':') + 1);
            return first == std::string::npos ? std::string() : line.substr(first);
        }
    }
    return {};
}

/// `cores`: usable physical cores; `processors`: usable hardware threads; `quota`: processors' worth of time that a control group allows, or
/// null; `cpu`: the processor's name, or null.
inline nlohmann::ordered_json describe_machine() {
    const topology here = topology::of_this_process();
    const std::string name = processor_name();
    return {{"cores", here.cores},
            {"processors", here.processors.size()},
            {"quota", here.quota ? nlohmann::ordered_json(*here.quota) : nlohmann::ordered_json(nullptr)},
            {"cpu", name.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(name)}};
}

} // namespace peccary::program
