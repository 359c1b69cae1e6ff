// The multilayer perceptron: golden values, gradients against differences of the loss in every
// parameter, sparse rows against dense ones, slices and shares that add up, initial weights.
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
#include <set>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace peccary;

namespace {

std::vector<row_index> first_rows(std::size_t count) {
    std::vector<row_index> rows(count);
    std::iota(rows.begin(), rows.end(), row_index{0});
    return rows;
}

/// Sum of the weighted losses of `rows`, with weights that are `scale` times what the regularised
/// spans hold.
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

/// What `differentiate` and `apply` add to the buffer with step -1: the gradient, of regularised
/// spans with respect to the scaled weights.
template <class Access = exclusive, class Data>
std::vector<real> added(const mlp& objective, const Data& data, std::span<const row_index> rows, parameters model,
                        weight_scale scale = {}) {
    const std::vector<real> before(model.exclusive().begin(), model.exclusive().end());
    test::access_maker<Access> maker;
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

/// The gradient is the difference quotient of the loss, in every parameter. `kinked`: the
/// activation is, so that steps are shorter, lest sums pass the kink within them.
template <class Data>
void require_slopes(const mlp& objective, const Data& data, weight_scale scale, bool kinked) {
    const auto rows = first_rows(data.size());
    parameters model = drawn(objective, 5);
    const auto gradient = added(objective, data, rows, model, scale);
    for (const parameter_span& span : model.layout().spans()) {
        for (std::size_t i = span.offset; i < span.offset + span.size; ++i) {
            CAPTURE(objective.activation().name, objective.output().name, span.name, i - span.offset, scale.scale);
            const real step = kinked ? 1.0F / 1024 : 1.0F / 128;
            const real at = model.base()[i];
            model.base()[i] = at + step;
            const double above = loss_at(objective, data, rows, model, scale);
            model.base()[i] = at - step;
            const double below = loss_at(objective, data, rows, model, scale);
            model.base()[i] = at;
            // The buffer holds v = w / s: d loss / d v = s d loss / d w, and what is added to v is
            // d loss / d w / s.
            const double factor = span.regularised ? double{scale.inverse} * scale.inverse : 1;
            const double slope = factor * (above - below) / (2.0 * step);
            REQUIRE(gradient[i] == Approx(slope).epsilon(0.02).margin(kinked ? 0.02 : 0.004));
        }
    }
}

/// Twelve rows of nine features, one with a weight; sparse.
test::sparse_set few_rows(target_kind kind) {
    auto rows = test::make_sparse(kind, 12, 9, 3, 6);
    rows.weights.assign(12, real{1});
    rows.weights[3] = 2.5F;
    return rows;
}

constexpr weight_scale scales[] = {{}, {.scale = 0.5F, .inverse = 2}};

} // namespace

TEST_CASE("scores, losses and gradients equal those of an independent implementation") {
    const std::vector<real> values(std::begin(golden::mlp::rows), std::end(golden::mlp::rows));
    const std::vector<real> weights(std::begin(golden::mlp::row_weights), std::end(golden::mlp::row_weights));
    const auto rows = first_rows(weights.size());
    std::set<std::string_view> seen;
    for (const auto& network : golden::mlp::networks) {
        CAPTURE(network.activation, network.output);
        seen.insert(network.activation);
        seen.insert(network.output);
        const std::vector<real> targets(network.targets.begin(), network.targets.end());
        const dense_view data{.values = values, .targets = targets, .weights = weights, .columns = golden::mlp::features};
        const std::size_t classes = network.output == "softmax" ? 3 : 2;
        const mlp objective(golden::mlp::features, {std::begin(golden::mlp::hidden), std::end(golden::mlp::hidden)}, classes,
                            network.activation, network.output);
        parameters model(objective.layout());
        const double* next = network.parameters.data();
        for (const parameter_span& span : model.layout().spans()) {
            for (real& value : model.exclusive(span)) {
                value = static_cast<real>(*next++);
            }
        }
        REQUIRE(next == network.parameters.data() + network.parameters.size());

        exclusive access;
        const shared_view view(model.base(), access);
        auto scratch = objective.make_gradient(data, rows.size());
        const auto scores = objective.score(data, rows, view, scratch);
        REQUIRE(scores.size() == network.scores.size());
        for (std::size_t i = 0; i < scores.size(); ++i) {
            REQUIRE(scores[i] == Approx(network.scores[i]).epsilon(1e-5).margin(1e-6));
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const double loss = objective.loss_of(scores.subspan(i * objective.outputs(), objective.outputs()), data.row(i));
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
    REQUIRE(seen.size() == activations::size + network_outputs::size);
}

TEMPLATE_LIST_TEST_CASE("the gradient is the slope of the loss in every parameter", "", activations) {
    const auto sparse = few_rows(target_kind::multiclass);
    const auto dense = densified(sparse);
    const mlp objective(9, {7, 5}, 3, TestType::info.name);
    for (const weight_scale scale : scales) {
        require_slopes(objective, sparse.view(), scale, std::is_same_v<TestType, relu>);
        require_slopes(objective, dense.view(), scale, std::is_same_v<TestType, relu>);
    }
}

TEMPLATE_LIST_TEST_CASE("the gradient is the slope of every output's loss", "", network_outputs) {
    const auto sparse = few_rows(TestType::info.target);
    const auto dense = densified(sparse);
    const std::size_t classes = TestType::info.target == target_kind::multiclass ? 3 : 2;
    for (const auto& hidden : {std::vector<std::size_t>{}, {6}}) {
        const mlp objective(9, hidden, classes, "tanh", TestType::info.name);
        REQUIRE(objective.facts().target == TestType::info.target);
        REQUIRE(objective.outputs() == (classes == 3 ? 3 : 1));
        for (const weight_scale scale : scales) {
            require_slopes(objective, sparse.view(), scale, false);
            require_slopes(objective, dense.view(), scale, false);
        }
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

TEST_CASE("layer by layer, a network has the same gradient to the last bit, under every access policy") {
    const weight_scale scale{.scale = 0.5F, .inverse = 2};
    const auto check = [&]<class Access>(const auto& data, std::size_t features, double dropped) {
        mlp whole(features, {9, 5}, 3, relu::info.name, cross_entropy::info.name, dropped);
        mlp layerwise(features, {9, 5}, 3, relu::info.name, cross_entropy::info.name, dropped, true);
        whole.begin_epoch(3, 1);
        layerwise.begin_epoch(3, 1);
        const auto rows = first_rows(21);
        REQUIRE(added<Access>(layerwise, data, rows, drawn(whole, 5), scale) == added<Access>(whole, data, rows, drawn(whole, 5), scale));
    };
    const auto sparse = test::make_sparse(target_kind::multiclass, 21, 12, 2);
    const auto dense = densified(sparse);
    for (const double dropped : {0.0, 0.4}) {
        check.operator()<exclusive>(sparse.view(), 12, dropped);
        check.operator()<relaxed>(sparse.view(), 12, dropped);
        check.operator()<atomic_add>(sparse.view(), 12, dropped);
        check.operator()<exclusive>(dense.view(), 12, dropped);
        check.operator()<relaxed>(dense.view(), 12, dropped);
        check.operator()<one_lock>(dense.view(), 12, dropped);
    }
}

TEST_CASE("layer by layer, an update that comes late reads the layers above the first anew") {
    const auto sparse = test::make_sparse(target_kind::multiclass, 8, 6, 2);
    const auto rows = first_rows(8);
    const auto first_layer = [&](bool layerwise) {
        const mlp objective(6, {5}, 3, relu::info.name, cross_entropy::info.name, 0, layerwise);
        parameters model = drawn(objective, 5);
        exclusive access;
        const shared_view view(model.base(), access);
        auto gradient = objective.make_gradient(sparse.view(), rows.size());
        objective.differentiate(sparse.view(), rows, view, gradient);
        const auto of_layer = [&](std::size_t l) {
            const auto& at = objective.layers()[l];
            return model.exclusive().subspan(at.weights_at, at.inputs * at.units);
        };
        // by another worker, between this one's read and its apply
        std::ranges::fill(of_layer(1), real{0});
        const std::vector<real> before(of_layer(0).begin(), of_layer(0).end());
        objective.apply(sparse.view(), rows, gradient, view, 1);
        return std::ranges::equal(of_layer(0), before);
    };
    REQUIRE(first_layer(true)); // no slope comes down through weights that are zero
    REQUIRE_FALSE(first_layer(false));
}

TEST_CASE("stages that different workers have make the bits of the network as a whole") {
    const auto sparse = test::make_sparse(target_kind::multiclass, 40, 30, 2);
    const auto dense = densified(sparse);
    const auto check = [](const auto& data, const std::vector<std::size_t>& cuts, double dropped, std::string_view activation) {
        CAPTURE(cuts, dropped, activation);
        mlp objective(30, {9, 7, 5}, 3, activation, cross_entropy::info.name, dropped);
        objective.begin_epoch(3, 1);
        const auto rows = first_rows(40);
        const weight_scale scale{.scale = 0.5F, .inverse = 2};
        const parameters model = drawn(objective, 4);
        const std::vector<real> whole = added(objective, data, rows, model, scale);

        // a worker for each stage, with a batch of its own
        std::vector<network_stage> stages;
        for (std::size_t s = 0; s + 1 < cuts.size(); ++s) {
            stages.push_back({.first = cuts[s], .last = cuts[s + 1]});
        }
        std::vector<mlp::gradient> batches;
        for (std::size_t s = 0; s < stages.size(); ++s) {
            batches.push_back(objective.make_gradient(data, rows.size()));
        }
        parameters changed = model;
        exclusive access;
        const shared_view view(changed.base(), access, scale);
        std::vector<const real*> read;
        for (std::size_t s = 0; s < stages.size(); ++s) {
            if (s > 0) {
                std::ranges::copy(objective.handed_up(stages[s], rows.size(), batches[s - 1]),
                                  objective.handed_up(stages[s], rows.size(), batches[s]).begin());
            }
            read.push_back(objective.read<std::decay_t<decltype(data)>>(stages[s], view, batches[s]));
            objective.forward(stages[s], data, rows, view, read[s], batches[s]);
        }
        REQUIRE(std::isfinite(objective.differentiate_outputs(data, rows, batches.back())));
        for (std::size_t s = stages.size(); s-- > 0;) {
            objective.backward<std::decay_t<decltype(data)>>(stages[s], rows.size(), view.scale(), read[s], batches[s]);
            if (s > 0) {
                std::ranges::copy(objective.handed_down(stages[s], rows.size(), batches[s]),
                                  objective.handed_down(stages[s], rows.size(), batches[s - 1]).begin());
            }
            const std::vector<real> before(changed.exclusive().begin(), changed.exclusive().end());
            objective.apply(stages[s], data, rows, batches[s], view, -1);
            for (std::size_t l = 0; l < objective.layers().size(); ++l) {
                const network_layer& at = objective.layers()[l];
                const auto same = [&](std::size_t offset, std::size_t size) {
                    return std::ranges::equal(changed.exclusive().subspan(offset, size), std::span(before).subspan(offset, size));
                };
                const bool mine = l >= stages[s].first && l < stages[s].last;
                REQUIRE((mine || (same(at.weights_at, at.inputs * at.units) && same(at.bias_at, at.units))));
                REQUIRE((!mine || !same(at.weights_at, at.inputs * at.units)));
            }
        }
        std::vector<real> change(model.size());
        std::ranges::transform(changed.exclusive(), model.exclusive(), change.begin(), std::minus{});
        REQUIRE(change == whole);
    };
    for (const auto& cuts : {std::vector<std::size_t>{0, 4}, {0, 1, 4}, {0, 2, 4}, {0, 3, 4}, {0, 1, 3, 4}, {0, 1, 2, 3, 4}}) {
        for (const double dropped : {0.0, 0.3}) {
            for (const std::string_view activation : {relu::info.name, gelu::info.name}) {
                check(sparse.view(), cuts, dropped, activation);
                check(dense.view(), cuts, dropped, activation);
            }
        }
    }
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
    const auto check = [](const mlp& objective, const auto& data, std::size_t batch) {
        CAPTURE(batch);
        const parameters model = drawn(objective, 1);
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
    // some round differently in the midst of a vector and at its ends
    activations::for_each([&](auto tag) {
        const std::string_view activation = decltype(tag)::type::info.name;
        for (const double dropped : {0.0, 0.4}) {
            const mlp objective(90, {33, 20}, 3, activation, "softmax", dropped);
            for (const std::size_t batch : {1, 16, 17, 64, 150}) {
                CAPTURE(activation, dropped);
                check(objective, sparse.view(), batch);
                check(objective, dense.view(), batch);
            }
        }
    });
}

TEST_CASE("with dropout, the gradient is the slope of the loss while the masks are held") {
    const auto data = test::make_dense(target_kind::regression, 8, 5, 1);
    const auto rows = first_rows(8);
    constexpr double rate = 0.4;
    mlp objective(5, {7, 6}, 0, "tanh", "squared", rate);
    objective.begin_epoch(3, 2);
    dropout drops(rate);
    drops.begin_epoch(3, 2);
    const parameters model = drawn(objective, 1);
    std::vector<double> values(model.exclusive().begin(), model.exclusive().end());
    const auto masked_loss = [&] {
        double sum = 0;
        for (const row_index i : rows) {
            const dense_row row = data.view().row(i);
            std::vector<double> inputs(row.values.begin(), row.values.end());
            for (std::size_t l = 0; l < objective.layers().size(); ++l) {
                const network_layer& at = objective.layers()[l];
                std::vector<real> mask(at.units, real{1});
                const bool hidden = l + 1 < objective.layers().size();
                if (hidden) {
                    drops.draw(i, l, mask);
                }
                std::vector<double> outputs(at.units);
                for (std::size_t u = 0; u < at.units; ++u) {
                    double z = values[at.bias_at + u];
                    for (std::size_t input = 0; input < at.inputs; ++input) {
                        z += inputs[input] * values[at.weights_at + input * at.units + u];
                    }
                    outputs[u] = hidden ? std::tanh(z) * mask[u] : z;
                }
                inputs = outputs;
            }
            sum += (inputs[0] - row.target) * (inputs[0] - row.target) / 2;
        }
        return sum;
    };
    const auto gradient = added(objective, data.view(), rows, model);
    std::size_t zeros = 0;
    for (const parameter_span& span : model.layout().spans()) {
        for (std::size_t i = span.offset; i < span.offset + span.size; ++i) {
            CAPTURE(span.name, i - span.offset);
            constexpr double step = 1e-5;
            const double at = values[i];
            values[i] = at + step;
            const double above = masked_loss();
            values[i] = at - step;
            const double below = masked_loss();
            values[i] = at;
            REQUIRE(gradient[i] == Approx((above - below) / (2 * step)).epsilon(1e-3).margin(1e-4));
            zeros += gradient[i] == 0 ? 1 : 0;
        }
    }
    REQUIRE(zeros < 10);
    // Sparse rows draw the same masks.
    test::sparse_set sparse;
    sparse.storage.columns = 5;
    for (const row_index i : rows) {
        const dense_row row = data.view().row(i);
        sparse.append({0, 1, 2, 3, 4}, {row.values.begin(), row.values.end()}, row.target);
    }
    require_close(added(objective, sparse.view(), rows, model), gradient);
}

TEST_CASE("dropout changes training by seed and epoch, and scores not at all") {
    const auto data = test::make_dense(target_kind::multiclass, 30, 8, 1);
    const auto rows = first_rows(30);
    const mlp plain(8, {16}, 3);
    mlp dropping(8, {16}, 3, "relu", "softmax", 0.5);
    const parameters model = drawn(plain, 1);
    std::set<std::vector<real>> gradients{added(plain, data.view(), rows, model)};
    for (const std::uint64_t seed : {1, 2}) {
        for (const std::uint64_t epoch : {0, 1}) {
            dropping.begin_epoch(seed, epoch);
            gradients.insert(added(dropping, data.view(), rows, model));
            parameters same = model;
            REQUIRE(loss_at(dropping, data.view(), rows, same) == loss_at(plain, data.view(), rows, same));
        }
    }
    REQUIRE(gradients.size() == 5);
    REQUIRE_THROWS_AS(mlp(8, {16}, 3, "relu", "softmax", 1), usage_error);
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
            const network_layer& at = objective.layers()[l];
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
            // of a uniform variable: a^2 / 3
            REQUIRE(squares / count == Approx(2 / fan).epsilon(0.1));
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
    REQUIRE_THROWS_WITH(mlp(10, {5}, 3, "relu", "hinge"), "unknown output 'hinge'; choose one of softmax, logistic, squared");
    REQUIRE_THROWS_WITH(mlp(10, {5}, 3, "relu", "logistic"), "the output 'logistic' needs two classes, not 3; choose the output 'softmax'");
    REQUIRE(mlp(10, {5}, 0, "relu", "squared").outputs() == 1);
}
