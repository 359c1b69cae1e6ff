// What a run trains and is tested on: files read, labels turned into targets, rows split.
#pragma once

#include "input/load.hpp"
#include "peccary/data/labels.hpp"
#include "peccary/data/normalizer.hpp"
#include "training/options.hpp"
#include "training/run.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace peccary::program {

/// One file with its targets. Views of it are valid while it lives and is not moved.
struct labelled_data {
    loaded_data file;
    std::vector<real> targets;
    std::vector<real> weights; ///< empty: all ones

    any_view view(std::size_t features) const;
    any_view unweighted_view(std::size_t features) const;

    /// The rows without their features, over which any model without bias scores zero. `offsets` is
    /// storage for the view.
    any_view featureless_view(storage<std::uint64_t>& offsets) const;
};

struct training_inputs {
    labelled_data train;
    std::optional<labelled_data> test;
    std::size_t features = 0; ///< of the model: the larger of training and test data's
    std::string objective;    ///< "auto" resolved
    std::string output;       ///< the same; of a network
    std::string choice;       ///< what "auto" was resolved to, and why, for people; else empty
    std::optional<label_encoding> labels;
    normalizer normalization; ///< learned on `training_rows`, and done to all of the data
    std::vector<row_index> training_rows;
    std::vector<row_index> validation_rows; ///< of the training data
    std::vector<row_index> test_rows;
    double load_seconds = 0;
};

/// "auto": two distinct labels make it logistic. Up to 1,000 integers make it softmax, if there are
/// at least twice as many rows, or if they are up to 20, count from 0 or 1 without a gap, and one
/// comes twice. Anything else makes it squared. `reason` says so in words.
std::string choose_objective(std::span<const double> labels, std::string& reason);

/// "auto" of a network: quantities make it squared, classes softmax, as `choose_objective` tells
/// them apart.
std::string choose_output(std::span<const double> labels, std::string& reason);

/// Throws `data_error`, `io_error`, `usage_error`.
training_inputs read_inputs(const train_options& options, std::optional<std::size_t> features_of_checkpoint);

/// A hash of the shape, labels, indices and values of a data set, in 16 hexadecimal digits. It is
/// the same on all machines of one byte order. (Earlier versions wrote another one, as a number.)
std::string content_hash(const loaded_data& file);

} // namespace peccary::program
