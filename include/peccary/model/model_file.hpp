// A model to and from a file: saved in Peccary's container; loaded from that or from liblinear's text format, told apart by content.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/model/container.hpp"
#include "peccary/model/liblinear_format.hpp"
#include "peccary/model/model.hpp"
#include "peccary/model/number_text.hpp"

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

/// Replaces `path` by the model, or throws and leaves it as it was: `error` when the model is not valid (`problem_with`), `io_error` when
/// it cannot be written. Thread-safety: reentrant.
inline void save(const model& trained, const std::string& path) {
    if (const std::string problem = problem_with(trained); !problem.empty()) {
        throw error(path + ": not written, since the model is not valid: " + problem + "; mend the model before saving it");
    }
    std::string labels;
    for (const double label : trained.labels) {
        labels += labels.empty() ? "" : " ";
        labels += format_number(label);
    }
    text_fields fields{{"objective", trained.objective}, {"features", format_number(trained.features)}, {"labels", labels}};
    if (!trained.activation.empty()) {
        fields.emplace("activation", trained.activation);
    }
    if (trained.normalization.active()) {
        fields.emplace("normalize", trained.normalization.method);
    }
    for (const auto& [key, value] : trained.metadata) {
        fields.emplace("metadata." + key, value);
    }
    std::vector<tensor_view> arrays(trained.arrays.begin(), trained.arrays.end());
    const std::vector<std::uint64_t> shape{trained.features};
    if (trained.normalization.learned()) {
        arrays.emplace_back(model_file_detail::shift_name, shape, trained.normalization.shift);
        arrays.emplace_back(model_file_detail::factor_name, shape, trained.normalization.factor);
    }
    write_container(path, container_kind::model, fields, arrays);
}

namespace model_file_detail {

inline model from_container(container content, const std::string& name) {
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
    loaded.arrays = std::move(content.tensors);
    loaded.normalization.shift = extracted(loaded.arrays, shift_name);
    loaded.normalization.factor = extracted(loaded.arrays, factor_name);
    if (const std::string problem = problem_with(loaded); !problem.empty()) {
        refuse(problem);
    }
    return loaded;
}

} // namespace model_file_detail

/// The model in `bytes`, the whole content of the file `name`, in either format. Throws `data_error`. Thread-safety: reentrant.
/// (A string literal would bring its final zero byte; make it a `std::string_view`.)
inline model load_model(std::span<const char> bytes, const std::string& name) {
    const std::string_view content(bytes.data(), bytes.size());
    if (is_container(content)) {
        return model_file_detail::from_container(parse_container(content, name, container_kind::model), name);
    }
    if (is_liblinear_model(content)) {
        return parse_liblinear(content, name);
    }
    const std::string what = content.empty() ? "an empty file" : "neither a model of Peccary's nor one of liblinear's";
    throw data_error(name + ": " + what + "; give a file that Peccary or liblinear's train program wrote");
}

/// The model in the file `path`, in either format. Throws `data_error` when it holds none, `io_error` when it cannot be read.
inline model load_model(const std::string& path) { return load_model(read_whole_file(path, most_model_bytes), path); }

} // namespace peccary
