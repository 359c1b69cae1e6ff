#include "model/formats.hpp"

#include "model/safetensors.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/model/container.hpp"
#include "peccary/model/liblinear_format.hpp"
#include "peccary/model/model.hpp"
#include "peccary/model/model_file.hpp"

#include <algorithm>
#include <array>

namespace peccary::program {

namespace {

struct model_format {
    const char* name;
    void (*save)(const model& trained, const std::string& path);
};

constexpr std::array<model_format, 3> formats{{
    {"peccary", [](const model& trained, const std::string& path) { save(trained, path); }},
    {"safetensors", save_safetensors},
    {"liblinear", save_liblinear},
}};

} // namespace

std::vector<std::string> model_format_names() {
    std::vector<std::string> names;
    names.reserve(formats.size());
    for (const model_format& each : formats) {
        names.emplace_back(each.name);
    }
    return names;
}

void save_model_as(const std::string& format, const model& trained, const std::string& path) {
    const auto found = std::ranges::find(formats, format, &model_format::name);
    if (found == formats.end()) {
        throw usage_error("unknown model format '" + format + "'; 'peccary train --help' lists those that there are");
    }
    found->save(trained, path);
}

model load_any_model(const std::string& path) {
    const std::string bytes = read_whole_file(path, most_model_bytes);
    return is_safetensors(bytes) ? parse_safetensors(bytes, path) : load_model(bytes, path);
}

void convert_model(const std::string& from, const std::string& format, const std::string& to) {
    save_model_as(format, load_any_model(from), to);
}

} // namespace peccary::program
