// The multilayer perceptron: golden values, gradients against differences of the loss in every parameter, sparse rows against dense ones, slices
// and shares that add up, initial weights.
#include "catch.hpp"

#include "golden/mlp.hpp"
#include "support/access.hpp"
#include "support/made_data.hpp"

#include "peccary/core/random.hpp"
#include "peccary/objective/mlp.hpp"
#include "peccary/objective/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

using namespace peccary;

namespace {

std::vector<row_index> first_rows(std::size_t count) {
    std::vector<row_index> rows(count);
    std::iota(rows.begin(), rows.end(), row_index{0});
    return rows;
}

/// Sum of the weighted losses of `rows`, with weights that are `scale` times what the regularised spans hold.
template <class Data>
double loss_at(const mlp& objective, const Data& data, std::span<const row_index> rows, parameters& model, weight_scale scale = {}) {
    exclusive access;
    auto scratch = objective.make_gradient(data, rows.size());
    const auto scores = objective.score(data, rows, shared_view(model.base(), access, scale), scratch);
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        sum += objective.loss_of(scores.subspan(i * objective.outputs(), objective.outputs()), data.row(rows[i]));
    }
    return sum;
}

/// What `differentiate` and `apply` add to the buffer with step -1: the gradient, of regularised spans with respect to the scaled weights.
template <class Access = exclusive, class Data>
std::vector<real> added(const mlp& objective, const Data& data, std::span<const row_index> rows, parameters model,
                        weight_scale scale = {}) {
    const std::vector<real> before(model.exclusive().begin(), model.exclusive().end());
    test::access_maker<Access> maker(model);
    Access access = maker.make();
    auto gradient = objective.make_gradient(data, rows.size() + 3);
    const shared_view view(model.base(), access, scale);
    REQUIRE(std::isfinite(objective.differentiate(data, rows, view, gradient)));
    objective.apply(data, rows, gradient, view, -1);
    std::vector<real> change(before.size());
    std::ranges::transform(model.exclusive(), before, change.begin(), std::minus{});
    return change;
}

parameters drawn(const mlp& objective, std::uint64_t seed) {
    parameters model(objective.layout());
    objective.initialise(model, seed);
    random_stream random(seed, 7, 7);
    for (const parameter_span& span : model.layout().spans()) {
        if (!span.regularised) {
            for (real& bias : model.exclusive(span)) {
                bias = static_cast<real>(random.unit() - 0.5);
            }
        }
    }
    return model;
}

void require_close(const std::vector<real>& left, const std::vector<real>& right, double margin = 2e-5) {
    REQUIRE(left.size() == right.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
        CAPTURE(i);
        REQUIRE(left[i] == Approx(right[i]).epsilon(1e-4).margin(margin));
    }
}

/// The same rows with all their zeros.
test::dense_set densified(const test::sparse_set& sparse) {
    test::dense_set dense;
    dense.storage.columns = sparse.storage.columns;
    dense.targets = sparse.targets;
    dense.weights = sparse.weights;
    dense.storage.labels = sparse.storage.labels;
    for (std::size_t i = 0; i < sparse.storage.size(); ++i) {
        std::vector<real> values(dense.storage.columns);
        const auto row = sparse.view().row(i);
        for (std::size_t k = 0; k < row.size(); ++k) {
            values[row.index(k)] = row.value(k);
        }
        dense.storage.values.insert(dense.storage.values.end(), values.begin(), values.end());
    }
    return dense;
}

} // namespace

TEST_CASE("scores, losses and gradients equal those of an independent implementation") {
    const std::vector<real> values(std::begin(golden::mlp::rows), std::end(golden::mlp::rows));
    const std::vector<real> targets(std::begin(golden::mlp::targets), std::end(golden::mlp::targets));
    const std::vector<real> weights(std::begin(golden::mlp::row_weights), std::end(golden::mlp::row_weights));
    const dense_view data{.values = values, .targets = targets, .weights = weights, .columns = golden::mlp::features};
    const auto rows = first_rows(targets.size());
    REQUIRE(std::size(golden::mlp::networks) == activations::size);
    for (const auto& network : golden::mlp::networks) {
        CAPTURE(network.activation);
        const mlp objective(golden::mlp::features, {std::begin(golden::mlp::hidden), std::end(golden::mlp::hidden)}, golden::mlp::classes,
                            network.activation);
        parameters model(objective.layout());
        const double* next = golden::mlp::parameters;
        for (const parameter_span& span : model.layout().spans()) {
            for (real& value : model.exclusive(span)) {
                value = static_cast<real>(*next++);
            }
        }
        REQUIRE(next == std::end(golden::mlp::parameters));

        exclusive access;
        const shared_view view(model.base(), access);
        auto scratch = objective.make_gradient(data, rows.size());
        const auto scores = objective.score(data, rows, view, scratch);
        for (std::size_t i = 0; i < scores.size(); ++i) {
            REQUIRE(scores[i] == Approx(network.scores[i]).epsilon(1e-5).margin(1e-6));
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const double loss = objective.loss_of(scores.subspan(i * golden::mlp::classes, golden::mlp::classes), data.row(i));
            REQUIRE(loss == Approx(network.losses[i]).epsilon(1e-5));
        }
        const auto gradient = added(objective, data, rows, model);
        const double* expected = network.gradient.data();
        for (const parameter_span& span : model.layout().spans()) {
            for (std::size_t i = 0; i < span.size; ++i) {
                CAPTURE(span.name, i);
                REQUIRE(gradient[span.offset + i] == Approx(*expected++).epsilon(2e-5).margin(2e-6));
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("the gradient is the slope of the loss in every parameter", "", activations) {
    const auto sparse = test::make_sparse(target_kind::multiclass, 12, 9, 3, 6);
    auto weighted = sparse;
    weighted.weights.assign(12, real{1});
    weighted.weights[3] = 2.5F;
    const auto dense = densified(weighted);
    const mlp objective(9, {7, 5}, 3, TestType::info.name);
    const auto rows = first_rows(12);
    constexpr bool kinked = std::is_same_v<TestType, relu>;
    const auto check = [&](const auto& data, weight_scale scale) {
        parameters model = drawn(objective, 5);
        const auto gradient = added(objective, data, rows, model, scale);
        for (const parameter_span& span : model.layout().spans()) {
            for (std::size_t i = span.offset; i < span.offset + span.size; ++i) {
                CAPTURE(TestType::info.name, span.name, i - span.offset, scale.scale);
                const real step = kinked ? 1.0F / 1024 : 1.0F / 128; // shorter, so that fewer sums pass the kink within it
                const real at = model.base()[i];
                model.base()[i] = at + step;
                const double above = loss_at(objective, data, rows, model, scale);
                model.base()[i] = at - step;
                const double below = loss_at(objective, data, rows, model, scale);
                model.base()[i] = at;
                // The buffer holds v = w / s: d loss / d v = s d loss / d w, and what is added to v is d loss / d w / s.
                const double factor = span.regularised ? double{scale.inverse} * scale.inverse : 1;
                const double slope = factor * (above - below) / (2.0 * step);
                REQUIRE(gradient[i] == Approx(slope).epsilon(0.02).margin(kinked ? 0.02 : 0.004));
            }
        }
    };
    for (const weight_scale scale : {weight_scale{}, weight_scale{.scale = 0.5F, .inverse = 2}}) {
        check(weighted.view(), scale);
        check(dense.view(), scale);
    }
}

TEST_CASE("sparse rows give what the same dense rows give, under every access policy") {
    const auto sparse = test::make_sparse(target_kind::multiclass, 40, 50, 2);
    const auto dense = densified(sparse);
    const mlp objective(50, {13, 8}, 3);
    const auto rows = first_rows(37);
    const parameters model = drawn(objective, 1);
    const auto expected = added(objective, dense.view(), rows, model);
    REQUIRE(std::ranges::any_of(expected, [](real change) { return std::abs(change) > 0.1F; }));
    access_policies::for_each([&](auto tag) {
        using access = typename decltype(tag)::type;
        CAPTURE(access::info.name);
        require_close(added<access>(objective, dense.view(), rows, model), expected);
        require_close(added<access>(objective, sparse.view(), rows, model), expected);
    });
}

TEST_CASE("a batch of sparse rows touches no other rows of the first layer") {
    const auto sparse = test::make_sparse(target_kind::multiclass, 5, 1000, 2, 4);
    const mlp objective(1000, {16}, 3);
    const auto change = added(objective, sparse.view(), first_rows(5), drawn(objective, 1));
    std::vector<bool> in_support(1000);
    for (const feature_index j : sparse.storage.indices) {
        in_support[j] = true;
    }
    for (std::size_t j = 0; j < 1000; ++j) {
        const auto row = std::span(change).subspan(objective.layers()[0].weights_at + j * 16, 16);
        REQUIRE((in_support[j] || std::ranges::all_of(row, [](real value) { return value == 0; })));
    }
}

TEST_CASE("without hidden layers it is multinomial logistic regression") {
    const auto data = test::make_dense(target_kind::multiclass, 10, 6, 1);
    const mlp objective(6, {}, 3);
    const softmax linear(6, 3, true);
    const parameters model = drawn(objective, 3);
    const auto rows = first_rows(10);
    parameters other(linear.layout());
    std::ranges::copy(model.exclusive(model.layout().spans()[0]), other.exclusive(other.layout().spans()[0]).begin());
    std::ranges::copy(model.exclusive(model.layout().spans()[1]), other.exclusive(other.layout().spans()[1]).begin());
    const std::vector<real> before(other.exclusive().begin(), other.exclusive().end());
    exclusive access;
    const shared_view view(other.base(), access);
    std::vector<softmax::gradient> gradients(10, linear.make_gradient());
    for (const row_index i : rows) {
        linear.differentiate(data.view().row(i), view, gradients[i]);
    }
    for (const row_index i : rows) {
        linear.apply(data.view().row(i), gradients[i], view, -1);
    }
    std::vector<real> change(before.size());
    std::ranges::transform(other.exclusive(), before, change.begin(), std::minus{});
    require_close(added(objective, data.view(), rows, model), change);
}

TEST_CASE("slices and shares give what the whole gives, and the same bits however they are cut") {
    const auto sparse = test::make_sparse(target_kind::multiclass, 200, 90, 2);
    const auto dense = densified(sparse);
    const mlp objective(90, {33, 20}, 3, "tanh");
    const parameters model = drawn(objective, 1);
    const auto check = [&](const auto& data, std::size_t batch) {
        CAPTURE(batch);
        const auto rows = first_rows(batch);
        const auto whole = added(objective, data, rows, model);
        std::vector<real> first_bits;
        for (const std::vector<feature_index>& cuts :
             {std::vector<feature_index>{0, max_index + 1}, {0, 40, max_index + 1}, {0, 1, 2, 60, 89, 90, 200, max_index + 1}}) {
            parameters shared = model;
            exclusive access;
            const shared_view view(shared.base(), access);
            auto gradient = objective.make_gradient(data, batch);
            const std::size_t shares = cuts.size() - 1;
            for (std::size_t s = 0; s < shares; ++s) {
                objective.differentiate_slice(data, rows, view, gradient, batch * s / shares, batch * (s + 1) / shares);
            }
            for (std::size_t s = 0; s < shares; ++s) {
                objective.apply_share(data, rows, gradient, view, -1, {.first = cuts[s], .last = cuts[s + 1], .biases = s + 1 == shares});
            }
            const std::vector<real> bits(shared.exclusive().begin(), shared.exclusive().end());
            std::vector<real> change(bits.size());
            std::ranges::transform(bits, model.exclusive(), change.begin(), std::minus{});
            require_close(change, whole, 1e-4);
            first_bits = first_bits.empty() ? bits : first_bits;
            REQUIRE(bits == first_bits);
        }
    };
    for (const std::size_t batch : {1, 16, 17, 64, 150}) {
        check(sparse.view(), batch);
        check(dense.view(), batch);
    }
}

TEST_CASE("what is not finite in any parameter that matters is noticed") {
    const auto data = test::make_dense(target_kind::multiclass, 6, 5, 1);
    const auto rows = first_rows(6);
    activations::for_each([&](auto tag) {
        const mlp objective(5, {4, 4}, 3, decltype(tag)::type::info.name);
        const parameter_layout layout = objective.layout();
        for (const parameter_span& span : layout.spans()) {
            parameters model = drawn(objective, 1);
            model.exclusive(span)[0] = std::numeric_limits<real>::quiet_NaN();
            exclusive access;
            auto gradient = objective.make_gradient(data.view(), 6);
            CAPTURE(span.name);
            REQUIRE_FALSE(std::isfinite(objective.differentiate(data.view(), rows, shared_view(model.base(), access), gradient)));
        }
    });
}

TEST_CASE("initial weights follow from the seed, within their bounds; biases are zero") {
    activations::for_each([&](auto tag) {
        using activation = typename decltype(tag)::type;
        CAPTURE(activation::info.name);
        const mlp objective(300, {200, 100}, 10, activation::info.name);
        const parameters model = initial_parameters(objective, 1);
        REQUIRE(std::ranges::equal(model.exclusive(), initial_parameters(objective, 1).exclusive()));
        REQUIRE_FALSE(std::ranges::equal(model.exclusive(), initial_parameters(objective, 2).exclusive()));
        for (std::size_t l = 0; l < 3; ++l) {
            const mlp::layer& at = objective.layers()[l];
            const auto fan = static_cast<double>(activation::info.rectifies && l < 2 ? at.inputs : at.inputs + at.units);
            const auto weights = model.exclusive().subspan(at.weights_at, at.inputs * at.units);
            double squares = 0;
            double sum = 0;
            for (const real weight : weights) {
                REQUIRE(std::abs(weight) <= std::sqrt(6 / fan) * 1.000001);
                squares += double{weight} * weight;
                sum += weight;
            }
            const auto count = static_cast<double>(weights.size());
            REQUIRE(squares / count == Approx(2 / fan).epsilon(0.1)); // of a uniform variable: a^2 / 3
            REQUIRE(std::abs(sum / count) < 4 * std::sqrt(2 / fan / count));
            for (const real bias : model.exclusive().subspan(at.bias_at, at.units)) {
                REQUIRE(bias == 0);
            }
        }
    });
}

TEST_CASE("a network that cannot be is refused") {
    REQUIRE_THROWS_WITH(mlp(10, {5}, 1), "a multilayer perceptron needs at least two classes, not 1");
    REQUIRE_THROWS_WITH(mlp(10, {5, 0}, 3), "layer 2 of the multilayer perceptron has no units; give it at least one");
    REQUIRE_THROWS_WITH(mlp(10, {5}, 3, "step"), "unknown activation 'step'; choose one of relu, tanh, sigmoid, gelu");
}
