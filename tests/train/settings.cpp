// Settings and combinations that have no meaning are refused, with a message that says what has;
// and how a run is reported.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/training.hpp"

#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/train.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace peccary;

namespace {

void start(const scheme_entry& which, const train_settings& settings) {
    const auto data = test::make_sparse(target_kind::binary, 50, 10, 1);
    const auto rows = all_rows(50);
    stop_flag never;
    const planned_run run(make_problem(linear<logistic>(10, false), data.view()), which, rows, settings, never);
}

} // namespace

TEST_CASE("combinations of scheme, executor and workers run or are refused") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    executors::for_each([&](auto tag) {
        constexpr executor_info executor = decltype(tag)::type::info;
        for (const unsigned workers : {1U, 2U, 8U}) {
            CAPTURE(executor.name, workers);
            const train_settings settings{.executor = std::string(executor.name), .workers = workers, .step = 0.1};
            if (test::runs_together(which.info, executor, workers)) {
                REQUIRE_NOTHROW(start(which, settings));
            } else {
                REQUIRE_THROWS_AS(start(which, settings), usage_error);
            }
        }
    });
}

TEST_CASE("small data sets get more passes") {
    REQUIRE(peccary::default_epochs(0) == 30);
    REQUIRE(peccary::default_epochs(800'000) == 25);
    REQUIRE(peccary::default_epochs(2'000'000) == 10);
    REQUIRE(peccary::default_epochs(1'000'000'000) == 6);
}

TEST_CASE("settings without meaning are refused") {
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {0.0, -1.0, infinity, std::numeric_limits<double>::quiet_NaN()}) {
        REQUIRE_THROWS_AS(start(entry_of<hogwild>(), {.step = bad}), usage_error);
        REQUIRE_THROWS_AS(start(entry_of<hogwild>(), {.step = 0.1, .decay = bad}), usage_error);
        REQUIRE_THROWS_AS(start(entry_of<hogwild>(), {.step = 0.1, .l2 = bad == 0 ? -1e-9 : bad}), usage_error);
        REQUIRE_THROWS_AS(start(entry_of<hogwild>(), {.step = 0.1, .l1 = bad == 0 ? -1e-9 : bad}), usage_error);
    }
    REQUIRE_THROWS_WITH(start(entry_of<hogwild>(), {}), "the trainer needs a step size; call calibrate() for one");
    REQUIRE_THROWS_WITH(start(entry_of<hogwild>(), {.step = 0.1, .schedule = "cosine"}),
                        "unknown schedule 'cosine'; choose one of " + names_of<schedules>());
    REQUIRE_THROWS_WITH(start(entry_of<hogwild>(), {.executor = "fibres", .step = 0.1}),
                        Catch::Matchers::Contains("unknown executor 'fibres'"));
    for (const std::uint64_t batch : {std::uint64_t{51}, std::numeric_limits<std::uint64_t>::max()}) {
        REQUIRE_THROWS_WITH(start(entry_of<hogwild>(), {.step = 0.1, .batch = batch}),
                            Catch::Matchers::Contains("more than the 50 to train on"));
    }
    REQUIRE_THROWS_WITH(start(entry_of<sequential>(), {.workers = 2, .step = 0.1}), "the scheme 'sequential' has one worker, not 2");
}

TEST_CASE("an empty data set is refused") {
    const test::sparse_set empty;
    REQUIRE_THROWS_AS(train<hogwild>(linear<logistic>(0, false), empty.view(), {.step = 0.1}), data_error);
    REQUIRE_THROWS_AS(train<hogwild>(linear<logistic>(0, false), empty.view()), data_error);
}

TEST_CASE("a scheme by its name trains as the type does") {
    const auto data = test::make_sparse(target_kind::binary, 300, 20, 1);
    const linear<logistic> objective(20, true);
    const train_settings settings{.workers = 1, .epochs = 3};
    schemes::for_each([&](auto tag) {
        using scheme = typename decltype(tag)::type;
        const auto by_type = train<scheme>(objective, data.view(), settings);
        const auto by_name = train(scheme::info.name, objective, data.view(), settings);
        REQUIRE(std::ranges::equal(by_type.model.exclusive(), by_name.model.exclusive()));
    });
    REQUIRE_THROWS_WITH(train("hogwilder", objective, data.view(), settings),
                        "unknown scheme 'hogwilder'; choose one of " + names_of<schemes>());
}

TEST_CASE("each epoch is reported, and a stop ends the run early") {
    const auto data = test::make_sparse(target_kind::binary, 300, 20, 1);
    const linear<logistic> objective(20, true);
    std::vector<epoch_report> reports;
    stop_flag stop;
    const auto observe = [&](const epoch_report& report) {
        reports.push_back(report);
        if (report.epoch == 4) {
            stop.request();
        }
    };
    const auto result = train<sequential>(objective, data.view(), {.epochs = 6}, observe, &stop);
    REQUIRE(reports.size() == 4);
    for (std::size_t i = 0; i < reports.size(); ++i) {
        REQUIRE(reports[i].epoch == i + 1);
        REQUIRE(reports[i].objective_value > 0);
        REQUIRE(reports[i].training.accuracy > 0.5);
        REQUIRE((i == 0 || reports[i].train_seconds >= reports[i - 1].train_seconds));
    }
    REQUIRE(reports.back().objective_value < reports.front().objective_value);
    REQUIRE(result.last.objective_value == reports.back().objective_value);
    REQUIRE(result.workers == 1);
    REQUIRE(result.step > 0);
}

TEST_CASE("evaluation has the same bits for every executor and worker count") {
    const auto data = test::make_sparse(target_kind::binary, 5000, 40, 1);
    const linear<logistic> objective(40, true);
    auto result = train<sequential>(objective, data.view(), {.epochs = 2});
    const auto rows = all_rows(5000);
    inline_executor one(1, false);
    const auto expected = evaluate(objective, data.view(), rows, result.model, one, 1);
    REQUIRE(expected.mean_loss == result.last.training.mean_loss);

    // The same by a plain loop.
    double loss = 0;
    double right = 0;
    const auto weights = result.model.exclusive();
    for (std::size_t i = 0; i < 5000; ++i) {
        const auto row = data.view().row(i);
        double score = weights[result.model.layout().find("bias").offset];
        for (std::size_t k = 0; k < row.size(); ++k) {
            score += static_cast<double>(row.value(k)) * weights[row.index(k)];
        }
        loss += std::log1p(std::exp(-score * row.target));
        right += (score > 0) == (row.target > 0) ? 1 : 0;
    }
    REQUIRE(expected.mean_loss == Approx(loss / 5000).epsilon(1e-6));
    REQUIRE(expected.accuracy == Approx(right / 5000).margin(2.0 / 5000));

    executors::for_each([&](auto tag) {
        using executor = typename decltype(tag)::type;
        const unsigned workers = executor::info.several ? 4 : 1;
        executor runner(workers, false);
        const auto found = evaluate(objective, data.view(), rows, result.model, runner, workers);
        REQUIRE(found.mean_loss == expected.mean_loss);
        REQUIRE(found.accuracy == expected.accuracy);
    });
}

namespace {

/// Serial descent that takes linear models only.
class picky final : public scheme {
public:
    using access = exclusive;
    static constexpr scheme_info info{.name = "picky",
                                      .summary = "for linear models",
                                      .paper = "none",
                                      .consistency = read_consistency::serial,
                                      .access = "exclusive",
                                      .parallel = false,
                                      .deterministic = true,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1};

    picky(const parameters& shared, unsigned workers) : inner_(shared, workers) {}

    static std::string_view refusal(const problem_facts& of) { return of.batched ? "it evaluates one example at a time" : ""; }
    std::uint64_t run(stretch& part) override { return inner_.run(part); }

private:
    sequential inner_;
};

} // namespace

TEST_CASE("a scheme that fits some objectives only is refused for others, by name") {
    const auto data = test::make_sparse(target_kind::binary, 100, 10, 1);
    const train_settings settings{.epochs = 1, .step = 0.1};
    REQUIRE_NOTHROW(train<picky>(linear<logistic>(10, false), data.view(), settings));
    REQUIRE_THROWS_WITH(train<picky>(mlp(10, {4}, 2), data.view(), settings),
                        "the scheme 'picky' cannot train the objective 'mlp': it evaluates one example at a time; choose another "
                        "scheme or another objective");
}
