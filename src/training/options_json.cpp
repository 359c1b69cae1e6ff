#include "training/options_json.hpp"

#include "peccary/core/error.hpp"
#include "training/option_rows.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <variant>

namespace peccary::program {

namespace {

template <class T>
nlohmann::json value_to_json(const T& value) {
    return value;
}
template <class T>
nlohmann::json value_to_json(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
template <class T>
void value_from_json(const nlohmann::json& from, T& value) {
    from.get_to(value);
}
template <class T>
void value_from_json(const nlohmann::json& from, std::optional<T>& value) {
    value = from.is_null() ? std::nullopt : std::optional<T>(from.get<T>());
}

template <class Visitor>
void for_each_row(recorded where, Visitor visit) {
    for (const option_group& group : training_groups()) {
        for (const training_row& row : group.rows) {
            if (row.where == where) {
                visit(row);
            }
        }
    }
}

nlohmann::json value_of(const training_row& row, const train_options& options) {
    return std::visit([&](auto member) { return value_to_json(options.*member); }, row.member);
}

std::string text_of(const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

} // namespace

nlohmann::json to_json(const train_options& options) {
    nlohmann::json made;
    for_each_row(recorded::in_checkpoints, [&](const training_row& row) { made[row.key()] = value_of(row, options); });
    return made;
}

void from_json(const nlohmann::json& from, const std::string& name, train_options& options) try {
    for_each_row(recorded::in_checkpoints, [&](const training_row& row) {
        std::visit([&](auto member) { value_from_json(from.at(row.key()), options.*member); }, row.member);
    });
} catch (const nlohmann::json::exception&) {
    throw data_error(name + ": its settings are not those of this version of peccary; resume with the version that wrote it");
}

nlohmann::ordered_json logged_options(const train_options& options) {
    nlohmann::ordered_json made = to_json(options);
    for_each_row(recorded::in_logs, [&](const training_row& row) { made[row.key()] = value_of(row, options); });
    return made;
}

void adopt_options(const nlohmann::json& before, train_options& options) {
    for_each_row(recorded::in_checkpoints, [&](const training_row& row) {
        const std::string name = row.key();
        const nlohmann::json now = value_of(row, options);
        const bool settled_then = row.settled && now == "auto";
        if (!settled_then && options.given.contains(name) && before.contains(name) && before.at(name) != now) {
            throw usage_error("--" + name + " " + text_of(now) + " contradicts the checkpoint '" + options.resume +
                              "', which was made with " + text_of(before.at(name)) +
                              "; leave the option out to go on with that, or train anew without --resume");
        }
    });
    from_json(before, options.resume, options);
}

} // namespace peccary::program
