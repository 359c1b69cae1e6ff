// liblinear's text model format, written and read.
//
// R.-E. Fan et al., LIBLINEAR: a library for large linear classification, JMLR 9, 2008.
//
// The file is lines `key value...`, then a line `w`, then one row of weights a feature. A last row
// is for the bias, if `bias` is not negative: each example has that value as a feature after the
// last. One column, scored for the first label, serves two classes; else there is one column a
// label.
//
// What the format cannot say:
// - It has no softmax. More than two classes go out as MCSVM_CS: the predicted labels agree, and
//   liblinear gives no probabilities. Two classes go out as L2R_LR, of which softmax is the same
//   function of the difference of the two columns, and come back as `logistic`.
// - Any MCSVM_CS file comes back as `softmax`; unless Peccary trained it, its probabilities mean no
//   more than the order of its scores.
// - Regression goes out as L2R_L2LOSS_SVR and comes back as `squared`: the predictions are the
//   same.
// - Labels must be whole numbers, and metadata is dropped. On reading, the metadata's
//   "liblinear_solver" says what the file said.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/liblinear_parser.hpp"
#include "peccary/model/liblinear_solvers.hpp"
#include "peccary/model/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

/// True when `bytes` begin like a model that liblinear wrote.
inline bool is_liblinear_model(std::string_view bytes) noexcept { return bytes.starts_with("solver_type "); }

namespace liblinear_detail {

/// The two columns of a two-class softmax as the one that scores labels[1] against labels[0].
inline std::vector<double> difference_of_columns(const std::vector<real>& values) {
    std::vector<double> differences(values.size() / 2);
    for (std::size_t row = 0; row < differences.size(); ++row) {
        differences[row] = static_cast<double>(values[2 * row + 1]) - static_cast<double>(values[2 * row]);
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
        // 9 digits tell any two floats apart
        file.write(format_number(static_cast<double>(values[i]), 9) + ((i + 1) % columns == 0 ? " \n" : " "));
    }
}

} // namespace liblinear_detail

/// The model in `text`, the whole content of the file `name`. Throws `data_error` that names the
/// line. Thread-safety: reentrant.
inline model parse_liblinear(std::string_view text, const std::string& name) {
    model made = liblinear_detail::parser(text, name).parse();
    if (const std::string problem = problem_with(made); !problem.empty()) {
        throw data_error(name + ": " + problem + "; give a model file as liblinear's own tools write them");
    }
    return made;
}

/// Replaces `path` by the model in liblinear's format, or throws and leaves it as it was:
/// `usage_error` when the format cannot hold the model, `io_error` when it cannot be written.
/// Thread-safety: reentrant.
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
    constexpr double largest_label = (std::numeric_limits<int>::max)();
    for (const double label : trained.labels) {
        if (label != std::floor(label) || std::abs(label) > largest_label) {
            throw usage_error("liblinear's model format holds whole-number labels only, not " + format_number(label) +
                              "; save in Peccary's own format, or train with other labels");
        }
    }
    if (trained.features > std::size_t{(std::numeric_limits<int>::max)()} - 1) {
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
