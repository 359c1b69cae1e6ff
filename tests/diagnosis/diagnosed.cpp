// The diagnostic mode: counts every add, finds the lost ones and only those, and leaves the
// training itself as it is.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/meeting.hpp"
#include "support/training.hpp"

#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"

#include <algorithm>

using namespace peccary;

namespace {

template <class Objective, class Data>
diagnosis diagnose(const scheme_entry& which, const Objective& objective, const Data& data, const train_settings& settings,
                   std::vector<real>& weights) {
    diagnostic_ledger ledger(feature_frequency(data, all_rows(data.size())));
    const diagnosed<Objective> counting(objective, ledger);
    const auto finished = test::run(which, counting, data, settings);
    const parameter_span shadow = counting.layout().find("shadow");
    weights.assign(finished.buffer.begin(), finished.buffer.begin() + static_cast<std::ptrdiff_t>(objective.layout().size()));
    return ledger.found(std::span(finished.buffer).subspan(shadow.offset, shadow.size));
}

} // namespace

TEST_CASE("one worker: nothing is lost or late, and the weights have the bits of a run without") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_sparse(target_kind::binary, 300, 50, 1);
    const linear<squared_hinge> objective(50, true);
    for (const std::uint64_t batch : {1, 7}) {
        const train_settings settings{.workers = 1, .epochs = 3, .step = 0.05, .batch = batch};
        std::vector<real> weights;
        const diagnosis found = diagnose(which, objective, data.view(), settings, weights);
        REQUIRE(found.adds == 3 * data.view().nonzeros());
        REQUIRE(found.lost == 0);
        if (batch == 1) { // else later rows of a batch find the adds of earlier ones
            REQUIRE(found.hot.maximum() == 0);
            REQUIRE(found.cold.maximum() == 0);
        }
        // The shares of a batch are applied by workers that wait for each other: there is nothing
        // to be late for.
        REQUIRE(found.hot.samples() + found.cold.samples() == (which.info.name == "synchronous" ? 0 : found.adds));
        const auto plain = test::run(which, objective, data.view(), settings);
        REQUIRE(std::ranges::equal(weights, std::span(plain.buffer).first(weights.size())));
    }
}

TEST_CASE("several workers: a lossless scheme loses nothing") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (!which.info.parallel || !which.info.lossless) {
        return;
    }
    const auto data = test::make_sparse(target_kind::multiclass, 1000, 20, 2);
    std::vector<real> weights;
    const diagnosis found = diagnose(which, softmax(20, 3, false), data.view(), {.workers = 4, .epochs = 5, .step = 0.01}, weights);
    REQUIRE(found.adds == 5 * data.view().nonzeros());
    REQUIRE(found.lost == 0);
}

TEST_CASE("networks: every add to a feature of the first layer is counted, and the weights are those of a run without") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const unsigned most = which.info.parallel && which.info.lossless ? 4 : 1;
    const auto check = [&](const auto& data, std::uint64_t adds) {
        const mlp objective(data.features(), {8}, 3);
        for (const unsigned workers : {1U, most}) {
            const train_settings settings{.workers = workers, .epochs = 2, .step = 0.05, .batch = 32, .seed = 5};
            std::vector<real> weights;
            const diagnosis found = diagnose(which, objective, data, settings, weights);
            REQUIRE(found.adds == adds);
            REQUIRE(found.lost == 0);
            REQUIRE(found.hot.samples() + found.cold.samples() == (which.info.name == "synchronous" ? 0 : found.adds));
            if (workers == 1) {
                // nobody else adds
                REQUIRE(std::max(found.hot.maximum(), found.cold.maximum()) == 0);
                const auto plain = test::run(which, objective, data, settings);
                REQUIRE(std::ranges::equal(weights, std::span(plain.buffer).first(weights.size())));
            }
        }
    };
    const auto sparse = test::make_sparse(target_kind::multiclass, 300, 50, 1);
    check(sparse.view(), 2 * sparse.view().nonzeros());
    const auto dense = test::make_dense(target_kind::multiclass, 300, 20, 1);
    check(dense.view(), 2 * 10 * 20); // 10 batches an epoch, each of which adds to all 20
}

TEST_CASE("several workers: hogwild's late updates are found") {
    const auto data = test::make_sparse(target_kind::binary, 4000, 4, 3);
    std::vector<real> weights;
    const diagnosis found =
        diagnose(entry_of<hogwild>(), test::overtaken(linear<logistic>(4, false), 4, test::moment::between_read_and_write), data.view(),
                 {.workers = 4, .epochs = 1, .step = 0.01}, weights);
    REQUIRE(found.adds == data.view().nonzeros());
    REQUIRE(found.lost < found.adds);
    REQUIRE(std::max(found.hot.maximum(), found.cold.maximum()) > 0);
}

TEST_CASE("adds are lost that are missing from the tally in the buffer") {
    const auto data = test::make_sparse(target_kind::binary, 400, 4, 3);
    diagnostic_ledger ledger(feature_frequency(data.view(), all_rows(400)));
    const diagnosed<linear<logistic>> objective(linear<logistic>(4, false), ledger);
    auto finished = test::run<sequential>(objective, data.view(), {.epochs = 1, .step = 0.01});
    const parameter_span shadow = objective.layout().find("shadow");
    const auto tally = std::span(finished.buffer).subspan(shadow.offset, shadow.size);
    REQUIRE(ledger.found(tally).lost == 0);
    tally[0] -= 3; // as if threads had overwritten each other's
    tally[3] -= 1;
    REQUIRE(ledger.found(tally).lost == 4);
}

TEST_CASE("hot are the most frequent features, as many as make up half of the nonzeros") {
    test::sparse_set data;
    data.storage.columns = 4;
    data.storage.offsets = {0};
    // feature 2 in all ten rows, 0 in four of them, 1 and 3 in three each
    for (int row = 0; row < 10; ++row) {
        std::vector<feature_index> indices;
        if (row < 4) {
            indices.push_back(0);
        }
        if (row >= 4 && row < 7) {
            indices.push_back(1);
        }
        indices.push_back(2);
        if (row >= 7) {
            indices.push_back(3);
        }
        data.append(indices, std::vector<real>(indices.size(), 1), row % 2 == 0 ? real{1} : real{-1});
    }
    std::vector<real> weights;
    const diagnosis found =
        diagnose(entry_of<sequential>(), linear<logistic>(4, false), data.view(), {.workers = 1, .epochs = 2, .step = 0.1}, weights);
    REQUIRE(found.features == 4);
    REQUIRE(found.hot_features == 1);
    REQUIRE(found.hot.samples() == 20);
    REQUIRE(found.cold.samples() == 20);
}
