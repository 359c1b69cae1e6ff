#include "training/inputs.hpp"

#include "peccary/core/content_hash.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/random.hpp"
#include "peccary/core/stopwatch.hpp"
#include "peccary/core/topology.hpp"
#include "peccary/data/class_weights.hpp"
#include "peccary/data/split.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "report/text.hpp"
#include "training/lists.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <string_view>
#include <utility>

namespace peccary::program {

namespace {

any_view view_of(const labelled_data& data, std::size_t features, std::span<const real> weights) {
    return std::visit(
        [&](const auto& set) {
            auto view = set.view(data.targets, weights);
            view.columns = features;
            return any_view(view);
        },
        data.file.data);
}

template <class T>
std::uint64_t hash_of(std::span<const T> values) {
    content_hasher hasher;
    hasher.add({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
    return hasher.identity().hash;
}

/// Threads that read: the workers, if there are real ones and the user says how many.
unsigned reading_threads(const train_options& options) {
    return options.threads != 0 && !simulates(options.executor) ? options.threads : topology::of_this_process().default_workers();
}

load_options load_options_of(const train_options& options) {
    return {.format = format_of_data(options),
            .label_column = options.label_column,
            .labels = options.labels,
            .index_base = options.index_base,
            .max_features = options.max_features,
            .model_features = std::nullopt,
            .threads = reading_threads(options),
            .cache = options.cache};
}

labelled_data read(const std::string& path, const load_options& options) {
    labelled_data data;
    data.file = load(path, options);
    return data;
}

void require_same_kind(const train_options& options, const training_inputs& inputs) {
    const auto kind = [](const labelled_data& data) { return data.file.sparse() ? "sparse (LIBSVM)" : "dense (CSV, IDX, .npy)"; };
    if (inputs.train.file.sparse() != inputs.test->file.sparse()) {
        throw data_error(options.test + ": is " + kind(*inputs.test) + ", but the training data is " + kind(inputs.train) +
                         "; convert one of them with 'peccary convert'");
    }
}

/// Learns from the training rows, and applies to all rows.
void normalize(const std::string& method, training_inputs& inputs) {
    if (method == "none") {
        return;
    }
    const stopwatch watch;
    std::visit(
        [&](const auto& set) { inputs.normalization = learn_normalizer(method, set.view(inputs.train.targets), inputs.training_rows); },
        inputs.train.file.data);
    normalize(inputs.train.file, inputs.normalization);
    if (inputs.test) {
        normalize(inputs.test->file, inputs.normalization);
    }
    inputs.load_seconds += watch.seconds();
}

/// Settles what the labels decide where the user did not.
void choose(const train_options& options, training_inputs& inputs) {
    const auto labels = inputs.train.file.labels();
    const auto settle = [&](const std::string& option, std::string& chosen, auto choose_by) {
        if (chosen == "auto") {
            if (!labels.empty() && std::ranges::all_of(labels, [&](double label) { return label == labels.front(); })) {
                throw data_error(options.data + ": all labels are " + format_number(labels.front()) +
                                 ", so there is nothing to tell apart; if they are a quantity, say --" + option + " squared");
            }
            std::string reason;
            chosen = choose_by(labels, reason);
            inputs.choice = option + " " + chosen + ", chosen for " + reason + "; --" + option + " overrides it";
        }
    };
    inputs.objective = options.objective;
    inputs.output = options.output;
    settle("objective", inputs.objective, choose_objective);
    if (is_network(inputs.objective)) {
        settle("output", inputs.output, choose_output);
    }
}

} // namespace

any_view labelled_data::view(std::size_t features) const { return view_of(*this, features, weights); }
any_view labelled_data::unweighted_view(std::size_t features) const { return view_of(*this, features, {}); }

any_view labelled_data::featureless_view(storage<std::uint64_t>& offsets) const {
    if (!file.sparse()) {
        return dense_view{.values = {}, .targets = targets, .weights = weights, .columns = 0};
    }
    offsets.assign(targets.size() + 1, 0);
    return sparse_view{.offsets = offsets, .indices = {}, .values = {}, .targets = targets, .weights = weights, .columns = 0};
}

std::string choose_objective(std::span<const double> labels, std::string& reason) {
    constexpr std::size_t most_classes = 1000;
    std::set<double> distinct;
    bool integers = true;
    recent_labels recent;
    for (const double label : labels) {
        if (recent.met(label)) {
            continue;
        }
        integers = integers && label == std::trunc(label);
        if (distinct.size() <= most_classes) {
            distinct.insert(label);
        }
    }
    if (distinct.size() == 2) {
        reason = "two distinct labels";
        return "logistic";
    }
    // 1, 2, ... are classes even where rows are few
    constexpr std::size_t few = 20;
    const bool counted = integers && distinct.size() <= few && !distinct.empty() && (*distinct.begin() == 0 || *distinct.begin() == 1) &&
                         *distinct.rbegin() - *distinct.begin() + 1 == static_cast<double>(distinct.size()) &&
                         distinct.size() < labels.size();
    if (integers && distinct.size() > 2 && distinct.size() <= most_classes && (counted || distinct.size() * 2 <= labels.size())) {
        reason = grouped(distinct.size()) + " distinct integer labels";
        return "softmax";
    }
    reason = !integers                        ? "labels that are not all integers"
             : distinct.size() > most_classes ? "more than 1,000 distinct labels"
                                              : "nearly as many distinct labels as rows";
    return "squared";
}

std::string choose_output(std::span<const double> labels, std::string& reason) {
    return choose_objective(labels, reason) == "squared" ? "squared" : "softmax";
}

training_inputs read_inputs(const train_options& options, std::optional<std::size_t> features_of_checkpoint) {
    training_inputs inputs;
    load_options reading = load_options_of(options);
    inputs.train = read(options.data, reading);
    inputs.features = inputs.train.file.features();
    inputs.load_seconds = inputs.train.file.seconds;
    if (!options.test.empty()) {
        load_options test_reading = reading;
        test_reading.cache.clear();
        test_reading.labels = options.test_labels;
        test_reading.format = format_of_test_data(options);
        if (!inputs.train.file.sparse()) {
            test_reading.model_features = inputs.features;
        } else if (features_of_checkpoint) {
            test_reading.model_features = features_of_checkpoint;
        }
        inputs.test = read(options.test, test_reading);
        require_same_kind(options, inputs);
        inputs.features = std::max(inputs.features, inputs.test->file.features());
        inputs.load_seconds += inputs.test->file.seconds;
    }
    inputs.features = std::max<std::size_t>(1, features_of_checkpoint.value_or(inputs.features));

    const loaded_data& file = inputs.train.file;
    choose(options, inputs);
    const loss_info facts = objective_named(inputs.objective, inputs.output);
    if (facts.target == target_kind::regression && options.given.contains("class-weight")) {
        throw usage_error("--class-weight has no effect here: the objective '" + inputs.objective +
                          "' is a regression, which has no classes; choose another --objective or --output");
    }
    inputs.labels = label_encoding::learn(facts.target, file.labels(), file.lines);
    inputs.train.targets = inputs.labels->targets(file.labels(), file.lines);
    inputs.train.weights = row_weights(class_weighting::parse(options.class_weight), *inputs.labels, inputs.train.targets);
    if (inputs.test) {
        inputs.test->targets = inputs.labels->targets(inputs.test->file.labels(), inputs.test->file.lines);
        inputs.test_rows = all_rows(inputs.test->file.size());
    }

    row_split split = split_rows(file.size(), options.seed, options.validation);
    inputs.training_rows = std::move(split.training);
    inputs.validation_rows = std::move(split.validation);
    if (inputs.training_rows.empty() || (options.validation > 0 && inputs.validation_rows.empty())) {
        throw data_error(options.data + ": its " + grouped(file.size()) + " rows are too few for a validation share of " +
                         label_text(options.validation) + "; give more rows, or another --validation");
    }
    if (options.batch > inputs.training_rows.size()) {
        throw usage_error("--batch " + std::to_string(options.batch) + " is more than the " + grouped(inputs.training_rows.size()) +
                          " rows to train on; choose a smaller one");
    }
    normalize(options.normalize, inputs);
    return inputs;
}

std::string content_hash(const loaded_data& file) {
    const std::uint64_t hash = std::visit(
        [](const auto& set) {
            std::uint64_t all = mix(set.columns);
            const auto add = [&](const auto& values) { all = mix(all ^ hash_of(std::span(values))); };
            add(set.labels);
            if constexpr (requires { set.indices; }) {
                add(set.offsets);
                add(set.indices);
            }
            add(set.values);
            return all;
        },
        file.data);
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned shift = 64; shift > 0; shift -= 4) {
        text += digits[(hash >> (shift - 4)) & 15U];
    }
    return text;
}

} // namespace peccary::program
