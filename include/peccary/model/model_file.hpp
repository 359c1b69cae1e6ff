// A model to and from a file: saved in Peccary's container; loaded from that or from liblinear's
// text format, told apart by content.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/model/container.hpp"
#include "peccary/model/liblinear_format.hpp"
#include "peccary/model/model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

namespace model_file_detail {

inline constexpr std::string_view shift_name = "normalize.shift";
inline constexpr std::string_view factor_name = "normalize.factor";

/// Takes the values of the array of that name out of `arrays`; none if there is none.
inline std::vector<real> extracted(std::vector<tensor>& arrays, std::string_view name) {
    const auto found = std::ranges::find(arrays, name, &tensor::name);
    if (found == arrays.end()) {
        return {};
    }
    std::vector<real> values = std::move(found->values);
    arrays.erase(found);
    return values;
}

} // namespace model_file_detail

/// What a file of a model says, whatever the format: fields of text, and arrays, which refer to the
/// model.
struct model_content {
    text_fields fields;
    std::vector<tensor_view> arrays;
};

/// Throws `error` that names the file `path`, which it is meant for, when the model is not valid
/// (`problem_with`).
inline model_content content_of(const model& trained, const std::string& path) {
    if (const std::string problem = problem_with(trained); !problem.empty()) {
        throw error(path + ": not written, since the model is not valid: " + problem + "; mend the model before saving it");
    }
    std::string labels;
    for (const double label : trained.labels) {
        labels += labels.empty() ? "" : " ";
        labels += format_number(label);
    }
    model_content content{.fields = {{"objective", trained.objective}, {"features", format_number(trained.features)}, {"labels", labels}},
                          .arrays = {trained.arrays.begin(), trained.arrays.end()}};
    if (!trained.activation.empty()) {
        content.fields.emplace("activation", trained.activation);
    }
    if (!trained.output.empty()) {
        content.fields.emplace("output", trained.output);
    }
    if (trained.normalization.active()) {
        content.fields.emplace("normalize", trained.normalization.method);
    }
    for (const auto& [key, value] : trained.metadata) {
        content.fields.emplace("metadata." + key, value);
    }
    if (trained.normalization.learned()) {
        const bool network = trained.objective == mlp::info.name;
        const tensor& weights = *trained.find(network ? layer_weights_name(1) : "weights");
        const auto shape = std::span(weights.shape).first(1); // as many as there are features
        content.arrays.emplace_back(model_file_detail::shift_name, shape, trained.normalization.shift);
        content.arrays.emplace_back(model_file_detail::factor_name, shape, trained.normalization.factor);
    }
    return content;
}

/// The reverse. Throws `data_error` when `content`, of the file `name`, does not make a valid
/// model.
inline model model_from_content(container content, const std::string& name) {
    constexpr std::string_view metadata_prefix = "metadata.";
    const auto refuse = [&](const std::string& what) {
        throw data_error(name + ": " + what + "; the program that wrote it is at fault, or newer: use that program, or train again");
    };
    model loaded;
    bool has_features = false;
    for (auto& [key, value] : content.fields) {
        if (key == "objective") {
            loaded.objective = std::move(value);
        } else if (key == "activation") {
            loaded.activation = std::move(value);
        } else if (key == "output") {
            loaded.output = std::move(value);
        } else if (key == "normalize") {
            loaded.normalization.method = std::move(value);
        } else if (key == "features") {
            const auto features = parse_number<std::size_t>(value);
            if (!features) {
                refuse("the number of features is not a number");
            }
            loaded.features = *features;
            has_features = true;
        } else if (key == "labels") {
            std::string_view rest = value;
            for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
                const auto label = parse_number<double>(word);
                if (!label) {
                    refuse("a class label that is not a number");
                }
                loaded.labels.push_back(*label);
            }
        } else if (key.starts_with(metadata_prefix)) {
            loaded.metadata.emplace(key.substr(metadata_prefix.size()), std::move(value));
        } else {
            refuse("an unknown field '" + key + "'");
        }
    }
    if (!has_features) {
        refuse("no number of features");
    }
    if (loaded.objective == mlp::info.name && loaded.output.empty()) {
        // the only one there was when networks had no field for it
        loaded.output = cross_entropy::info.name;
    }
    loaded.arrays = std::move(content.tensors);
    loaded.normalization.shift = model_file_detail::extracted(loaded.arrays, model_file_detail::shift_name);
    loaded.normalization.factor = model_file_detail::extracted(loaded.arrays, model_file_detail::factor_name);
    if (const std::string problem = problem_with(loaded); !problem.empty()) {
        refuse(problem);
    }
    return loaded;
}

/// Replaces `path` by the model, or throws and leaves it as it was: `error` when the model is not
/// valid (`problem_with`), `io_error` when it cannot be written. Thread-safety: reentrant.
inline void save(const model& trained, const std::string& path) {
    const model_content content = content_of(trained, path);
    write_container(path, container_kind::model, content.fields, content.arrays);
}

/// The model in `bytes`, the whole content of the file `name`, in either format. Throws
/// `data_error`. Thread-safety: reentrant.
/// (A string literal would bring its final zero byte; make it a `std::string_view`.)
inline model load_model(std::span<const char> bytes, const std::string& name) {
    const std::string_view content(bytes.data(), bytes.size());
    if (is_container(content)) {
        return model_from_content(parse_container(content, name, container_kind::model), name);
    }
    if (is_liblinear_model(content)) {
        return parse_liblinear(content, name);
    }
    const std::string what = content.empty() ? "an empty file" : "neither a model of Peccary's nor one of liblinear's";
    throw data_error(name + ": " + what + "; give a file that Peccary or liblinear's train program wrote");
}

/// The model in the file `path`, in either format. Throws `data_error` when it holds none,
/// `io_error` when it cannot be read.
inline model load_model(const std::string& path) { return load_model(read_whole_file(path, most_model_bytes), path); }

} // namespace peccary
