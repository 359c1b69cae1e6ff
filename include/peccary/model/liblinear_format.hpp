// liblinear's text model format, written and read (R.-E. Fan et al., LIBLINEAR: a library for large linear classification, JMLR 9, 2008).
//
// The file is lines `key value...` and then, after a line `w`, one row of weights a feature, with a last row more for the bias if `bias` is
// not negative: each example has that value as a feature after the last. One column, scored for the first label, serves two classes; else
// there is one column a label.
//
// What the format cannot say:
// - It has no softmax. More than two classes go out as MCSVM_CS: the predicted labels agree, and liblinear gives no probabilities. Two
//   classes go out as L2R_LR, of which softmax is the same function of the difference of the two columns, and come back as `logistic`.
// - Any MCSVM_CS file comes back as `softmax`; unless Peccary trained it, its probabilities mean no more than the order of its scores.
// - Regression goes out as L2R_L2LOSS_SVR and comes back as `squared`: the predictions are the same.
// - Labels must be whole numbers, and metadata is dropped. On reading, the metadata's "liblinear_solver" says what the file said.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/model.hpp"
#include "peccary/objective/loss/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// True when `bytes` begin like a model that liblinear wrote.
inline bool is_liblinear_model(std::string_view bytes) noexcept { return bytes.starts_with("solver_type "); }

namespace liblinear_detail {

struct solver {
    std::string_view name;
    std::string_view objective;
};

/// Every solver of liblinear that makes a linear predictor, as the objective it minimises. The first of an objective's is the one written.
inline constexpr std::array<solver, 11> solvers{{
    {"L2R_LR", "logistic"},
    {"L2R_LR_DUAL", "logistic"},
    {"L1R_LR", "logistic"},
    {"L2R_L1LOSS_SVC_DUAL", "hinge"},
    {"L2R_L2LOSS_SVC", "squared_hinge"},
    {"L2R_L2LOSS_SVC_DUAL", "squared_hinge"},
    {"L1R_L2LOSS_SVC", "squared_hinge"},
    {"MCSVM_CS", "softmax"},
    {"L2R_L2LOSS_SVR", "squared"},
    {"L2R_L2LOSS_SVR_DUAL", "squared"},
    {"L2R_L1LOSS_SVR_DUAL", "squared"},
}};

/// Reads the file line by line and complains with the line's number.
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
        // Two classes swap places: liblinear's first is the positive one. For two columns of MCSVM_CS this keeps what liblinear does on a
        // tie.
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
        if (!value || !std::isfinite(static_cast<double>(*value))) {
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
            // Negated, so that a NaN is refused.
            if (!value || !(std::abs(*value * factor) <= double{std::numeric_limits<real>::max()})) {
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
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        line_ = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
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

/// The two columns of a two-class softmax as the one that scores labels[1] against labels[0].
inline std::vector<double> difference_of_columns(const std::vector<real>& values) {
    std::vector<double> differences(values.size() / 2);
    for (std::size_t row = 0; row < differences.size(); ++row) {
        differences[row] = double{values[2 * row + 1]} - values[2 * row];
    }
    return differences;
}

inline void write_rows(atomic_file& file, const std::vector<real>& values, std::size_t columns, bool as_difference) {
    if (as_difference) {
        for (const double value : difference_of_columns(values)) {
            file.write(format_number(value, 17) + " \n");
        }
        return;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        file.write(format_number(values[i], 9) + ((i + 1) % columns == 0 ? " \n" : " ")); // 9 digits tell any two floats apart
    }
}

} // namespace liblinear_detail

/// The model in `text`, the whole content of the file `name`. Throws `data_error` that names the line. Thread-safety: reentrant.
inline model parse_liblinear(std::string_view text, const std::string& name) {
    model made = liblinear_detail::parser(text, name).parse();
    if (const std::string problem = problem_with(made); !problem.empty()) {
        throw data_error(name + ": " + problem + "; give a model file as liblinear's own tools write them");
    }
    return made;
}

/// Replaces `path` by the model in liblinear's format, or throws and leaves it as it was: `usage_error` when the format cannot hold the
/// model, `io_error` when it cannot be written. Thread-safety: reentrant.
inline void save_liblinear(const model& trained, const std::string& path) {
    using namespace liblinear_detail;
    if (const std::string problem = problem_with(trained); !problem.empty()) {
        throw usage_error("cannot save a model with " + problem + " in liblinear's format");
    }
    if (find_linear_objective(trained.objective) == nullptr) {
        throw usage_error("liblinear's model format holds linear models only, not '" + trained.objective +
                          "'; save in Peccary's own format");
    }
    if (trained.normalization.active()) {
        throw usage_error("liblinear's model format has no place for the normalization '" + trained.normalization.method +
                          "'; save in Peccary's own format");
    }
    constexpr double largest_label = std::numeric_limits<int>::max();
    for (const double label : trained.labels) {
        if (label != std::floor(label) || std::abs(label) > largest_label) {
            throw usage_error("liblinear's model format holds whole-number labels only, not " + format_number(label) +
                              "; save in Peccary's own format, or train with other labels");
        }
    }
    if (trained.features > std::size_t{std::numeric_limits<int>::max()} - 1) {
        throw usage_error("liblinear's model format holds fewer than 2^31 features; save in Peccary's own format");
    }
    const bool two = trained.labels.size() == 2;
    const bool as_difference = two && trained.objective == "softmax";
    const std::string target = as_difference ? "logistic" : trained.objective == "huber" ? "squared" : trained.objective;
    const tensor* const bias = trained.find("bias");
    const tensor& weights = *trained.find("weights");

    std::string head = "solver_type " + std::string(std::ranges::find(solvers, target, &solver::objective)->name) + "\n";
    head += "nr_class " + std::to_string(trained.labels.empty() ? 2 : trained.labels.size()) + "\n";
    if (!trained.labels.empty()) {
        auto labels = trained.labels;
        if (two) {
            std::swap(labels[0], labels[1]); // liblinear's first is the positive one
        }
        head += "label";
        for (const double label : labels) {
            head += ' ';
            head += std::to_string(static_cast<int>(label));
        }
        head += "\n";
    }
    head += "nr_feature " + std::to_string(trained.features) + "\nbias " + (bias != nullptr ? "1" : "-1") + "\nw\n";

    atomic_file file(path);
    file.write(head);
    const auto columns = static_cast<std::size_t>(weights.shape[1]);
    write_rows(file, weights.values, columns, as_difference);
    if (bias != nullptr) {
        write_rows(file, bias->values, columns, as_difference);
    }
    file.commit();
}

} // namespace peccary
