// From labels as they stand in a file to the targets that objectives train on, and back.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/finite.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/types.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/target_kind.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace peccary {

/// The shortest text that reads back as the same double: "3", "-0.5".
inline std::string label_text(double label) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof(text), label).ptr};
}

/// The two labels of a scan that were new last. Of two classes nearly every label is one of them,
/// whatever their order, where a search would go this way or that unpredictably (imdb's 25,000
/// labels: half a millisecond). Thread-safety: none.
class recent_labels {
public:
    /// Whether `label` is one of the two. If not, it takes the place of the older one.
    bool met(double label) noexcept {
        const int hits = static_cast<int>(known_ > 0 && label == latest_) + static_cast<int>(known_ > 1 && label == other_);
        if (hits == 0) {
            other_ = latest_;
            latest_ = label;
            ++known_;
        }
        return hits != 0;
    }

private:
    double latest_ = 0;
    double other_ = 0;
    std::size_t known_ = 0; ///< labels that were new
};

/// Thread-safety: reading from any number of threads.
class label_encoding {
public:
    /// More classes than this are taken for a mistake: values to regress on.
    static constexpr std::size_t max_classes = std::size_t{1} << 16U;

    /// The encoding of a trained model. `classes`: 2 for binary, 2 or more for multiclass, 0 for
    /// regression; finite and ascending.
    /// Throws `data_error` if they are not.
    label_encoding(target_kind kind, std::vector<double> classes) : kind_(kind), classes_(std::move(classes)) {
        const bool count_fits = kind_ == target_kind::binary       ? classes_.size() == 2
                                : kind_ == target_kind::multiclass ? classes_.size() >= 2 && classes_.size() <= max_classes
                                                                   : classes_.empty();
        const bool ascending = std::ranges::adjacent_find(classes_, std::greater_equal<>{}) == classes_.end();
        if (!count_fits || !ascending || !std::ranges::all_of(classes_, [](double label) { return is_finite(label); })) {
            throw data_error(
                "class labels are not those of a trained model: they must be finite and ascending, 2 for a binary objective, at least "
                "2 for a multiclass one, and none for regression; write the model file anew");
        }
    }

    /// The encoding of training data. Throws `data_error`, beginning with `lines.where(row)` where
    /// one row is to blame, if there is only one class, a third class for a binary objective, a
    /// class that is no integer for a multiclass one, or a value that is not finite as a `real`.
    static label_encoding learn(target_kind kind, std::span<const double> labels, const line_map& lines) {
        std::vector<double> classes;
        recent_labels recent;
        for (std::size_t row = 0; row < labels.size(); ++row) {
            check(kind, labels[row], row, lines);
            if (kind == target_kind::regression || recent.met(labels[row])) {
                continue;
            }
            const double label = labels[row] + 0.0; // -0 is 0
            const auto place = std::ranges::lower_bound(classes, label);
            if (place != classes.end() && *place == label) {
                continue;
            }
            if (kind == target_kind::binary && classes.size() == 2) {
                throw data_error(lines.where(row) + ": label " + label_text(label) + " is a third class beside " + label_text(classes[0]) +
                                 " and " + label_text(classes[1]) + "; use a multiclass objective such as softmax, or keep two classes");
            }
            if (classes.size() == max_classes) {
                throw data_error(lines.where(row) + ": label " + label_text(label) + " makes more than " + std::to_string(max_classes) +
                                 " classes; use a regression objective if the labels are quantities");
            }
            classes.insert(place, label);
        }
        if (kind != target_kind::regression && classes.size() < 2) {
            throw data_error((lines.file().empty() ? std::string("the data") : lines.file()) + ": has " +
                             (classes.empty() ? "no labels" : "only the label " + label_text(classes[0])) +
                             "; training a classifier takes rows of at least two classes");
        }
        return {kind, std::move(classes)};
    }

    target_kind kind() const noexcept { return kind_; }
    /// Ascending; empty for regression.
    const std::vector<double>& classes() const noexcept { return classes_; }

    /// One target per label: -1 or +1, a class number, or the value. Throws `data_error`
    /// "file:line: ..." for a label that the encoding does not know, or a value that is not finite
    /// as a `real`.
    std::vector<real> targets(std::span<const double> labels, const line_map& lines) const {
        std::vector<real> result(labels.size());
        for (std::size_t row = 0; row < labels.size(); ++row) {
            check(kind_, labels[row], row, lines);
            if (kind_ == target_kind::regression) {
                result[row] = static_cast<real>(labels[row]);
                continue;
            }
            const std::optional<std::size_t> position = class_of_label(labels[row]);
            if (!position) {
                throw data_error(lines.where(row) + ": label " + label_text(labels[row]) + " is none of the classes that were trained (" +
                                 listed_classes() + "); remove the row, or train with rows of this class");
            }
            result[row] = kind_ == target_kind::binary ? (*position == 0 ? real{-1} : real{1}) : static_cast<real>(*position);
        }
        return result;
    }

    /// The position of a label among the classes; nothing if it is none of them, or for regression.
    std::optional<std::size_t> class_of_label(double label) const noexcept {
        const auto place = std::ranges::lower_bound(classes_, label);
        if (place == classes_.end() || *place != label) {
            return std::nullopt;
        }
        return static_cast<std::size_t>(place - classes_.begin());
    }

    /// The position of the class that a target stands for. Not for regression.
    std::size_t class_of_target(real target) const noexcept {
        return kind_ == target_kind::binary ? static_cast<std::size_t>(target > 0) : static_cast<std::size_t>(target);
    }

    /// The original label of a class (`position` below the number of classes), and that of a
    /// target.
    double label_of_class(std::size_t position) const noexcept { return classes_[position]; }
    double label_of_target(real target) const noexcept {
        return kind_ == target_kind::regression ? static_cast<double>(target) : classes_[class_of_target(target)];
    }

    /// "-1, 1"; of many classes only the first ones.
    std::string listed_classes() const {
        constexpr std::size_t most = 12;
        std::string text;
        for (std::size_t i = 0; i < classes_.size() && i < most; ++i) {
            text += (i == 0 ? "" : ", ") + label_text(classes_[i]);
        }
        return classes_.size() > most ? text + ", ..." : text;
    }

    bool operator==(const label_encoding&) const = default;

private:
    static void check(target_kind kind, double label, std::size_t row, const line_map& lines) {
        if (!is_finite(label)) {
            throw data_error(lines.where(row) + ": the row has no label that is a finite number; give it one");
        }
        if (kind == target_kind::regression && !fits_real(label)) {
            throw data_error(lines.where(row) + ": label " + label_text(label) +
                             " is beyond the range of a 32-bit float; rescale the labels");
        }
        if (kind == target_kind::multiclass && (label != std::trunc(label) || std::abs(label) > 0x1p53)) {
            throw data_error(lines.where(row) + ": label " + label_text(label) +
                             " is not an integer, as labels of classes are; use a regression objective if the labels are quantities");
        }
    }

    target_kind kind_;
    std::vector<double> classes_;
};

} // namespace peccary
