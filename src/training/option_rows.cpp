#include "training/option_rows.hpp"

#include "peccary/core/error.hpp"

#include <algorithm>

namespace peccary::program {

const std::vector<option_group>& training_groups() {
    static const std::vector<option_group> groups{{"Data", data_rows()},       {"Objective", objective_rows()}, {"Workers", worker_rows()},
                                                  {"Descent", descent_rows()}, {"Update rule", rule_rows()},    {"Output", output_rows()}};
    return groups;
}

const training_row& training_row_named(std::string_view name) {
    for (const option_group& group : training_groups()) {
        if (const auto place = std::ranges::find(group.rows, name, &training_row::name); place != group.rows.end()) {
            return *place;
        }
    }
    throw error("there is no option '" + std::string(name) + "'");
}

void check_combination(const train_options& options) {
    for (const option_group& group : training_groups()) {
        check_rows(group.rows, options, options.given);
    }
}

} // namespace peccary::program
