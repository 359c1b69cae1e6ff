// The parser of liblinear's text model format.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/liblinear_solvers.hpp"
#include "peccary/model/model.hpp"
#include "peccary/objective/loss/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary::liblinear_detail {

/// Parses the file line by line, and names the line that is at fault.
class parser {
public:
    parser(std::string_view text, const std::string& name) noexcept : rest_(text), name_(&name) {}

    model parse() {
        read_fields();
        const solver& made_by = *std::ranges::find(solvers, one_word("solver_type"), &solver::name);
        const loss_info& objective = *find_linear_objective(made_by.objective);
        const auto features = number<std::uint32_t>("nr_feature");
        const auto bias = number<double>("bias");
        auto labels = classifies(objective) ? read_labels() : std::vector<double>{};
        const std::size_t outputs = output_count(objective, labels.size());
        const std::size_t rows = std::size_t{features} + (bias >= 0 ? 1 : 0);
        // Each number takes a digit and a separator: no allocation beyond the file's size.
        if (rows > (rest_.size() + 1) / 2 / outputs) {
            refuse("the file is too short for " + std::to_string(rows) + " rows of " + std::to_string(outputs) + " weights");
        }
        // Two classes swap places: liblinear's first is the positive one. For two columns of
        // MCSVM_CS this keeps what liblinear does on a tie.
        const bool swap = labels.size() == 2;
        if (swap) {
            std::swap(labels[0], labels[1]);
        }
        std::vector<real> weights;
        weights.reserve(rows * outputs);
        for (std::size_t row = 0; row < rows; ++row) {
            read_row(row < features ? 1.0 : bias, outputs, weights);
            if (swap && outputs == 2) {
                std::swap(weights[weights.size() - 1], weights[weights.size() - 2]);
            }
        }
        while (next_line()) {
            if (!next_word(line_).empty()) {
                refuse("something after the last row of weights");
            }
        }
        const auto split = weights.begin() + static_cast<std::ptrdiff_t>(features * outputs);
        std::vector<real> biases(split, weights.end());
        weights.erase(split, weights.end());
        model made = make_linear_model(std::string(made_by.objective), features, std::move(labels), std::move(weights), std::move(biases));
        made.metadata.emplace("liblinear_solver", made_by.name);
        return made;
    }

private:
    struct field {
        std::string_view value;
        std::size_t line;
    };

    void read_fields() {
        constexpr std::array<std::string_view, 6> keys{"solver_type", "nr_class", "label", "nr_feature", "bias", "rho"};
        while (true) {
            if (!next_line()) {
                refuse("the file ends before the line 'w'");
            }
            const std::string_view key = next_word(line_);
            if (key == "w") {
                break;
            }
            if (std::ranges::find(keys, key) == keys.end()) {
                refuse("unknown field '" + std::string(key.substr(0, 40)) + "'");
            }
            if (!fields_.emplace(key, field{line_, line_number_}).second) {
                refuse("the field '" + std::string(key) + "' twice");
            }
        }
        const std::string_view name = one_word("solver_type");
        if (std::ranges::find(solvers, name, &solver::name) == solvers.end()) {
            refuse("no use for a model of the solver '" + std::string(name.substr(0, 40)) + "'", fields_.at("solver_type").line);
        }
    }

    const field& find(std::string_view key) const {
        const auto found = fields_.find(key);
        if (found == fields_.end()) {
            refuse("no field '" + std::string(key) + "' before the weights");
        }
        return found->second;
    }

    std::string_view one_word(std::string_view key) const {
        auto [value, line] = find(key);
        const std::string_view word = next_word(value);
        if (word.empty() || !next_word(value).empty()) {
            refuse("the field '" + std::string(key) + "' needs one value", line);
        }
        return word;
    }

    template <class Number>
    Number number(std::string_view key) const {
        const auto value = parse_number<Number>(one_word(key));
        if (!value || !is_finite(static_cast<double>(*value))) {
            refuse("the value of '" + std::string(key) + "' is not a number in range", find(key).line);
        }
        return *value;
    }

    std::vector<double> read_labels() const {
        auto [value, line] = find("label");
        std::vector<double> labels;
        for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
            const auto label = parse_number<int>(word);
            if (!label) {
                refuse("a label that is not a whole number", line);
            }
            labels.push_back(*label);
        }
        if (number<std::uint32_t>("nr_class") != labels.size()) {
            refuse(std::to_string(labels.size()) + " labels, which is not nr_class", line);
        }
        if (labels.size() < 2) {
            refuse("a model of one class, which has nothing to tell apart", line);
        }
        return labels;
    }

    /// Appends the `outputs` numbers of the next line, times `factor`.
    void read_row(double factor, std::size_t outputs, std::vector<real>& weights) {
        if (!next_line()) {
            refuse("the file ends within the weights");
        }
        for (std::size_t output = 0; output < outputs; ++output) {
            const auto value = parse_number<double>(next_word(line_));
            if (!value || !is_finite(*value) || std::abs(*value * factor) > static_cast<double>((std::numeric_limits<real>::max)())) {
                refuse("not " + std::to_string(outputs) + " finite numbers");
            }
            weights.push_back(static_cast<real>(*value * factor));
        }
        if (!next_word(line_).empty()) {
            refuse("more than " + std::to_string(outputs) + " numbers");
        }
    }

    bool next_line() noexcept {
        if (rest_.empty()) {
            return false;
        }
        const std::size_t end = (std::min)(rest_.find('\n'), rest_.size());
        line_ = rest_.substr(0, end);
        rest_.remove_prefix((std::min)(end + 1, rest_.size()));
        ++line_number_;
        return true;
    }

    [[noreturn]] void refuse(const std::string& what) const { refuse(what, line_number_); }
    [[noreturn]] void refuse(const std::string& what, std::size_t line) const {
        throw data_error(*name_ + ":" + std::to_string(line) + ": " + what +
                         "; give a whole model file as liblinear's own tools write them, or train again");
    }

    std::string_view rest_;
    std::string_view line_;
    std::size_t line_number_ = 0;
    const std::string* name_;
    std::map<std::string_view, field, std::less<>> fields_;
};

} // namespace peccary::liblinear_detail
