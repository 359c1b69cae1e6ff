// Synthetic training sets, made in the test: sparse with a few hot features and empty rows, or
// dense; targets from a hidden model with noise.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/loss/loss.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace test {

using peccary::feature_index;
using peccary::real;
using peccary::target_kind;

struct sparse_set {
    peccary::sparse_dataset storage;
    std::vector<real> targets;
    std::vector<real> weights; ///< empty, or one a row

    peccary::sparse_view view() const { return storage.view(targets, weights); }

    void append(const std::vector<feature_index>& indices, const std::vector<real>& values, real target) {
        storage.indices.insert(storage.indices.end(), indices.begin(), indices.end());
        storage.values.insert(storage.values.end(), values.begin(), values.end());
        storage.offsets.push_back(storage.indices.size());
        storage.labels.push_back(target);
        targets.push_back(target);
    }
};

struct dense_set {
    peccary::dense_dataset storage;
    std::vector<real> targets;
    std::vector<real> weights; ///< empty, or one a row

    peccary::dense_view view() const { return storage.view(targets, weights); }
};

/// Targets of kind `kind` from a hidden model of three scores a row.
class hidden_model {
public:
    hidden_model(target_kind kind, std::size_t features, std::uint64_t seed) : kind_(kind), random_(seed, 1, 0), scores_(features * 3) {
        for (double& score : scores_) {
            score = 4 * (random_.unit() - 0.5);
        }
    }

    template <class Row>
    real target_of(const Row& row) {
        double scores[3]{};
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t k = 0; k < row.size(); ++k) {
                scores[c] += row.value(k) * scores_[row.index(k) * 3 + c];
            }
            scores[c] += 1.5 * (random_.unit() - 0.5); // noise
        }
        switch (kind_) {
        case target_kind::binary:
            return scores[0] + 0.3 > 0 ? real{1} : real{-1};
        case target_kind::regression:
            return static_cast<real>(scores[0]);
        case target_kind::multiclass:
            break;
        }
        return static_cast<real>(scores[0] > scores[1] ? (scores[0] > scores[2] ? 0 : 2) : (scores[1] > scores[2] ? 1 : 2));
    }

private:
    target_kind kind_;
    peccary::random_stream random_;
    std::vector<double> scores_;
};

/// Rows of up to `most` nonzeros, some empty; low features are hot: feature floor(features * u^3).
inline sparse_set make_sparse(target_kind kind, std::size_t rows, std::size_t features, std::uint64_t seed, std::uint32_t most = 12) {
    peccary::random_stream random(seed, 0, 0);
    hidden_model hidden(kind, features, seed);
    sparse_set made;
    made.storage.columns = features;
    for (std::size_t row = 0; row < rows; ++row) {
        std::set<feature_index> drawn;
        for (std::uint32_t left = random.below(most + 1); left > 0; --left) {
            drawn.insert(static_cast<feature_index>(static_cast<double>(features) * std::pow(random.unit(), 3)));
        }
        const std::vector<feature_index> indices(drawn.begin(), drawn.end());
        std::vector<real> values;
        for (std::size_t k = 0; k < indices.size(); ++k) {
            values.push_back(static_cast<real>(0.2 + 0.8 * random.unit()));
        }
        made.append(indices, values, hidden.target_of(peccary::sparse_row{.indices = indices, .values = values}));
    }
    return made;
}

inline dense_set make_dense(target_kind kind, std::size_t rows, std::size_t features, std::uint64_t seed) {
    peccary::random_stream random(seed, 0, 0);
    hidden_model hidden(kind, features, seed);
    dense_set made;
    made.storage.columns = features;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t k = 0; k < features; ++k) {
            made.storage.values.push_back(static_cast<real>(random.unit() - 0.3));
        }
        const auto values = std::span(made.storage.values).last(features);
        made.targets.push_back(hidden.target_of(peccary::dense_row{.values = values}));
        made.storage.labels.push_back(made.targets.back());
    }
    return made;
}

/// Row i has the one feature i, of value 1, and target i: whatever is added to a weight tells which
/// rows were applied, and how often.
inline sparse_set make_identity(std::size_t rows) {
    sparse_set made;
    made.storage.columns = rows;
    for (std::size_t row = 0; row < rows; ++row) {
        made.append({static_cast<feature_index>(row)}, {1}, static_cast<real>(row));
    }
    return made;
}

/// Every row has features 0, 1 and 5, and one of 50 others: updates collide all the time. Values
/// are 1, target i is i.
inline sparse_set make_contended(std::size_t rows) {
    sparse_set made;
    made.storage.columns = 60;
    for (std::size_t row = 0; row < rows; ++row) {
        made.append({0, 1, 5, static_cast<feature_index>(10 + row % 50)}, {1, 1, 1, 1}, static_cast<real>(row));
    }
    return made;
}

} // namespace test
