// Every scheme of the list trains a multilayer perceptron, an objective that is evaluated a batch at a time: it learns the optical digits, its
// tallies add up, deterministic ones give the same bits, and a resumed run those of one that was not interrupted.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/training.hpp"

#include "peccary/data/byte_source.hpp"
#include "peccary/data/csv.hpp"
#include "peccary/data/labels.hpp"
#include "peccary/objective/mlp.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

using namespace peccary;

namespace {

struct digits {
    explicit digits(const std::string& name) {
        file_source source(std::string(PECCARY_DATA) + "/" + name);
        rows = read_csv(source, {}).data;
        targets.assign(rows.labels.begin(), rows.labels.end()); // 0 ... 9 are the classes and their labels
        for (real& pixel : rows.values) {
            pixel /= 16;
        }
    }
    dense_view view() const { return rows.view(targets); }

    dense_dataset rows;
    std::vector<real> targets;
};

unsigned worker_count(const scheme_info& info) { return info.parallel ? 4 : 1; }

} // namespace

TEMPLATE_LIST_TEST_CASE("a network of two hidden layers reads digits that it has not seen", "", schemes) {
    INFO(TestType::info.name);
    const digits training("digits.csv");
    const digits test("digits.test.csv");
    const mlp objective(64, {32, 32}, 10);
    const auto rows = all_rows(training.view().size());
    // Over six seeds the worst of all schemes has 0.9577 (20 epochs: 0.9488). With a step of 0.3 round robin sways: each update is three behind.
    const train_settings settings{.workers = worker_count(TestType::info), .epochs = 40, .step = 0.15, .seed = 1};
    stop_flag never;
    trainer<TestType, mlp, dense_view> run(objective, training.view(), rows, settings, never);
    while (!run.finished()) {
        const epoch_end end = run.run_epoch();
        run.require_finite(end, 0);
    }
    const auto seen = run.evaluate_on(test.view(), all_rows(test.view().size()));
    REQUIRE(seen.accuracy >= 0.93); // what asynchronous workers reach depends on how the machine interleaves them
}

TEMPLATE_LIST_TEST_CASE("a network of sparse rows learns, and its tallies add up", "", schemes) {
    INFO(TestType::info.name);
    const auto data = test::make_sparse(target_kind::multiclass, 603, 200, 1);
    const mlp objective(200, {16}, 3, "tanh");
    test::with_executors<TestType>({1, 3}, [&](const std::string& executor, unsigned workers) {
        for (const std::uint64_t batch : {1, 20}) {
            CAPTURE(executor, workers, batch);
            const auto rows = all_rows(603);
            const train_settings settings{
                .executor = executor, .workers = workers, .epochs = 5, .step = 0.3, .batch = batch, .staleness = staleness_mode::exact};
            stop_flag never;
            trainer<TestType, mlp, sparse_view> run(objective, data.view(), rows, settings, never);
            const double before = run.evaluate_on(data.view(), rows).mean_loss;
            while (!run.finished()) {
                REQUIRE(run.run_epoch() == epoch_end::complete);
            }
            REQUIRE(run.evaluate_on(data.view(), rows).mean_loss < before - 0.1);
            worker_statistics all;
            for (const auto& worker : run.statistics()) {
                all.merge(worker);
            }
            REQUIRE(all.examples == 5 * 603);
            REQUIRE(all.updates == 5 * ((603 + batch - 1) / batch));
            REQUIRE(all.staleness.samples() == all.updates);
        }
    });
}

TEMPLATE_LIST_TEST_CASE("deterministic schemes give a network the same bits again", "", schemes) {
    if constexpr (TestType::info.deterministic) {
        INFO(TestType::info.name);
        const auto data = test::make_dense(target_kind::multiclass, 203, 40, 1);
        const mlp objective(40, {24, 24}, 3, "gelu");
        std::vector<real> first;
        for (const unsigned workers : {1U, 2U, 3U, 1U}) {
            if (workers == 1 || TestType::info.parallel) {
                const train_settings settings{.workers = workers, .epochs = 2, .step = 0.3, .batch = 50};
                const auto end = test::run<TestType>(objective, data.view(), settings);
                first = first.empty() ? end.buffer : first;
                REQUIRE(end.buffer == first);
            }
        }
    }
}

TEMPLATE_LIST_TEST_CASE("one worker does what sequential does, but for rounding", "", schemes) {
    INFO(TestType::info.name);
    const auto data = test::make_dense(target_kind::multiclass, 100, 40, 1);
    const mlp objective(40, {24}, 3, "sigmoid");
    const train_settings settings{.workers = 1, .epochs = 2, .step = 0.1, .batch = 20};
    const auto expected = test::run<sequential>(objective, data.view(), settings).buffer;
    const auto end = test::run<TestType>(objective, data.view(), settings).buffer;
    REQUIRE(end.size() == expected.size());
    for (std::size_t i = 0; i < end.size(); ++i) {
        REQUIRE(end[i] == Approx(expected[i]).epsilon(1e-4).margin(1e-6));
    }
}

TEMPLATE_LIST_TEST_CASE("a resumed run of a network has the bits of an uninterrupted one", "", schemes) {
    INFO(TestType::info.name);
    const auto data = test::make_dense(target_kind::multiclass, 100, 20, 1);
    const mlp objective(20, {8}, 3);
    const auto rows = all_rows(100);
    const train_settings settings{.workers = 1, .epochs = 4, .step = 0.3, .batch = 10};
    const auto whole = test::run<TestType>(objective, data.view(), settings).buffer;
    stop_flag never;
    trainer<TestType, mlp, dense_view> before(objective, data.view(), rows, settings, never);
    before.run_epoch();
    before.run_epoch();
    trainer<TestType, mlp, dense_view> after(objective, data.view(), rows, settings, never);
    after.restore(before.position(), before.model().exclusive());
    while (!after.finished()) {
        after.run_epoch();
    }
    REQUIRE(std::ranges::equal(after.model().exclusive(), whole));
}

TEMPLATE_LIST_TEST_CASE("a network that diverges is noticed by whoever meets it", "", schemes) {
    INFO(TestType::info.name);
    const auto data = test::make_dense(target_kind::multiclass, 200, 20, 1);
    const train_settings settings{.workers = worker_count(TestType::info), .epochs = 5, .step = 1e30, .l2 = 0.0};
    stop_flag never;
    const auto rows = all_rows(200);
    trainer<TestType, mlp, dense_view> run(mlp(20, {8, 8}, 3), data.view(), rows, settings, never);
    epoch_end end = epoch_end::complete;
    for (int epoch = 0; epoch < 5 && end == epoch_end::complete; ++epoch) {
        end = run.run_epoch();
    }
    REQUIRE(end == epoch_end::diverged);
}
