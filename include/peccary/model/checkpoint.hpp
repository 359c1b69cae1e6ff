// A checkpoint: all that an interrupted training run needs to go on, in the same container as a
// model.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/container.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// Plain values. `parameters` is the raw buffer, the padding between its spans included, so that it
/// fits one layout only; `settings` is for the caller to check that it resumes the run that wrote
/// it.
struct checkpoint {
    std::string settings;
    std::uint64_t epoch = 0;
    std::uint64_t segment = 0;
    std::uint64_t updates_done = 0;
    double train_seconds = 0;
    std::vector<real> parameters;

    // Schemes' own state, by names that they choose.
    std::map<std::string, std::uint64_t> counts;
    std::map<std::string, double> numbers;
    std::map<std::string, std::vector<real>> arrays;

    bool operator==(const checkpoint&) const = default;
};

namespace checkpoint_detail {

inline constexpr std::string_view parameters_name = "parameters";
inline constexpr std::string_view array_prefix = "array.";
inline constexpr std::string_view count_prefix = "count.";
inline constexpr std::string_view number_prefix = "number.";

inline bool all_finite(std::span<const real> values) noexcept {
    return std::ranges::all_of(values, [](real value) { return is_finite(value); });
}

/// Takes fields out of a container by name; whatever is left at the end is not a checkpoint's.
class field_reader {
public:
    field_reader(text_fields fields, const std::string& name) : fields_(std::move(fields)), name_(&name) {}

    std::string text(const std::string& key) {
        const auto taken = fields_.extract(key);
        if (taken.empty()) {
            refuse("no field '" + key + "'");
        }
        return taken.mapped();
    }

    template <class Number>
    Number number(const std::string& key) {
        const auto value = parse_number<Number>(text(key));
        if (!value) {
            refuse("the field '" + key + "' is not a number in range");
        }
        return *value;
    }

    template <class Number>
    std::map<std::string, Number> numbers(std::string_view prefix) {
        std::map<std::string, Number> found;
        for (auto at = fields_.lower_bound(std::string(prefix)); at != fields_.end() && at->first.starts_with(prefix);) {
            const std::string key = (at++)->first; // `number` takes the field out
            found.emplace(key.substr(prefix.size()), number<Number>(key));
        }
        return found;
    }

    void expect_nothing_else() const {
        if (!fields_.empty()) {
            refuse("an unknown field '" + fields_.begin()->first + "'");
        }
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw data_error(*name_ + ": " + what +
                         "; the program that wrote it is at fault, or newer: use that program, or train from the start");
    }

private:
    text_fields fields_;
    const std::string* name_;
};

} // namespace checkpoint_detail

/// Replaces `path` by the checkpoint, or throws and leaves it as it was: `diverged_error` when a
/// parameter is not finite (so that the last good checkpoint is kept), `io_error` when it cannot be
/// written. Thread-safety: reentrant.
inline void save(const checkpoint& state, const std::string& path) {
    using namespace checkpoint_detail;
    if (!all_finite(state.parameters)) {
        throw diverged_error(path +
                             ": not written, since a parameter is no longer a finite number; go on from an earlier checkpoint with a "
                             "smaller step size");
    }
    text_fields fields{{"settings", state.settings},
                       {"epoch", format_number(state.epoch)},
                       {"segment", format_number(state.segment)},
                       {"updates_done", format_number(state.updates_done)},
                       {"train_seconds", format_number(state.train_seconds)}};
    for (const auto& [name, value] : state.counts) {
        fields.emplace(std::string(count_prefix) + name, format_number(value));
    }
    for (const auto& [name, value] : state.numbers) {
        fields.emplace(std::string(number_prefix) + name, format_number(value));
    }
    // First the views' names and shapes, none of which may move afterwards.
    std::map<std::string, std::uint64_t> sizes{{std::string(parameters_name), state.parameters.size()}};
    for (const auto& [name, values] : state.arrays) {
        sizes.emplace(std::string(array_prefix) + name, values.size());
    }
    std::vector<tensor_view> tensors;
    for (const auto& [name, size] : sizes) {
        const bool own = name != parameters_name;
        tensors.emplace_back(name, std::span(&size, 1), own ? state.arrays.at(name.substr(array_prefix.size())) : state.parameters);
    }
    write_container(path, container_kind::checkpoint, fields, tensors);
}

/// The checkpoint in `bytes`, the whole content of the file `name`. Throws `data_error`.
/// Thread-safety: reentrant.
inline checkpoint load_checkpoint(std::span<const char> bytes, const std::string& name) {
    using namespace checkpoint_detail;
    container content = parse_container({bytes.data(), bytes.size()}, name, container_kind::checkpoint);
    field_reader fields(std::move(content.fields), name);
    checkpoint state;
    state.settings = fields.text("settings");
    state.epoch = fields.number<std::uint64_t>("epoch");
    state.segment = fields.number<std::uint64_t>("segment");
    state.updates_done = fields.number<std::uint64_t>("updates_done");
    state.train_seconds = fields.number<double>("train_seconds");
    if (!is_finite(state.train_seconds) || state.train_seconds < 0) {
        fields.refuse("the field 'train_seconds' is not a time");
    }
    state.counts = fields.numbers<std::uint64_t>(count_prefix);
    state.numbers = fields.numbers<double>(number_prefix);
    fields.expect_nothing_else();

    bool has_parameters = false;
    for (auto& array : content.tensors) {
        if (array.shape.size() != 1) {
            fields.refuse("the array '" + array.name + "' has not one dimension");
        }
        if (array.name == parameters_name && !has_parameters) {
            has_parameters = true;
            state.parameters = std::move(array.values);
        } else if (!array.name.starts_with(array_prefix) ||
                   !state.arrays.emplace(array.name.substr(array_prefix.size()), std::move(array.values)).second) {
            fields.refuse("an unexpected array '" + array.name + "'");
        }
    }
    if (!has_parameters || !all_finite(state.parameters)) {
        fields.refuse(has_parameters ? "a parameter that is not a finite number" : "no parameters");
    }
    return state;
}

/// The checkpoint in the file `path`. Throws `data_error` when it holds none, `io_error` when it
/// cannot be read.
inline checkpoint load_checkpoint(const std::string& path) { return load_checkpoint(read_whole_file(path, most_model_bytes), path); }

} // namespace peccary
