// What every executor inherits from the list: each worker once, visibility, exceptions, reuse, and
// refusals that say what to do.
#include "catch.hpp"

#include "support/sanitizer.hpp"

#include "peccary/core/spin_pause.hpp"
#include "peccary/execution/executors.hpp"

#include <atomic>
#include <chrono>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

using namespace peccary;

namespace {

/// Calls `check(executor, workers)` for every worker count that the executor can run, with a fresh
/// executor.
template <class Executor, class Check>
void with_worker_counts(Check check) {
    for (const unsigned workers : {1U, 2U, 4U, 8U}) {
        if (workers == 1 || Executor::info.several) {
            const auto made = make_executor(Executor::info.name, workers, false);
            check(*made, workers);
        }
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("each worker runs exactly once, run after run", "", executors) {
    INFO(TestType::info.name);
    with_worker_counts<TestType>([](executor& runner, unsigned workers) {
        // Plain memory on purpose: what the caller wrote is visible to the workers, and the other
        // way round.
        std::vector<long> calls(workers);
        long given = 0;
        std::vector<long> seen(workers);
        const int runs = test::repetitions(2000, 300);
        for (int run = 0; run < runs; ++run) {
            given = run;
            runner.run(workers, [&](unsigned worker) {
                ++calls[worker];
                seen[worker] += given;
            });
        }
        REQUIRE(calls == std::vector<long>(workers, runs));
        REQUIRE(seen == std::vector<long>(workers, static_cast<long>(runs) * (runs - 1) / 2));
        REQUIRE(runner.about().name == TestType::info.name);
    });
}

TEMPLATE_LIST_TEST_CASE("fewer workers than made for", "", executors) {
    INFO(TestType::info.name);
    with_worker_counts<TestType>([](executor& runner, unsigned most) {
        for (unsigned workers = 1; workers <= most; ++workers) {
            std::vector<int> calls(most);
            runner.run(workers, [&](unsigned worker) { ++calls.at(worker); });
            REQUIRE(std::reduce(calls.begin(), calls.begin() + workers) == static_cast<int>(workers));
            REQUIRE(std::reduce(calls.begin(), calls.end()) == static_cast<int>(workers));
        }
    });
}

TEMPLATE_LIST_TEST_CASE("an exception reaches the caller after all workers returned, and the executor still works", "", executors) {
    INFO(TestType::info.name);
    with_worker_counts<TestType>([](executor& runner, unsigned workers) {
        for (unsigned thrower = 0; thrower < workers; ++thrower) {
            std::atomic<unsigned> returned{0};
            const auto work = [&](unsigned worker) {
                if (worker == thrower) {
                    throw std::runtime_error("worker " + std::to_string(worker));
                }
                returned.fetch_add(1, std::memory_order_relaxed);
            };
            REQUIRE_THROWS_WITH(runner.run(workers, work), "worker " + std::to_string(thrower));
            REQUIRE(returned.load(std::memory_order_relaxed) == workers - 1);
        }
        REQUIRE_THROWS_AS(runner.run(workers, [](unsigned) { throw std::logic_error("all"); }), std::logic_error);
        unsigned calls = 0;
        runner.run(1, [&](unsigned) { ++calls; });
        REQUIRE(calls == 1);
    });
}

TEMPLATE_LIST_TEST_CASE("concurrent executors let workers wait for each other", "", executors) {
    if constexpr (TestType::info.concurrent) {
        INFO(TestType::info.name);
        with_worker_counts<TestType>([](executor& runner, unsigned workers) {
            std::atomic<unsigned> arrived{0};
            runner.run(workers, [&](unsigned) {
                arrived.fetch_add(1, std::memory_order_relaxed);
                while (arrived.load(std::memory_order_relaxed) < workers) {
                    std::this_thread::yield();
                }
            });
            REQUIRE(arrived.load(std::memory_order_relaxed) == workers);
        });
    }
}

TEMPLATE_LIST_TEST_CASE("executors that pin leave the caller's affinity as it was", "", executors) {
    INFO(TestType::info.name);
    const auto before = usable_processors();
    if constexpr (TestType::info.pins) {
        const unsigned workers = TestType::info.several ? 4 : 1;
        const auto made = make_executor(TestType::info.name, workers, true);
        std::vector<std::vector<int>> allowed(workers);
        made->run(workers, [&](unsigned worker) { allowed[worker] = usable_processors(); });
        const auto order = topology::of_this_process().processors;
        for (unsigned worker = 0; worker < workers; ++worker) {
            REQUIRE(allowed[worker] == std::vector<int>{order[worker % order.size()]});
        }
    } else {
        REQUIRE_THROWS_AS(make_executor(TestType::info.name, 2, true), usage_error);
    }
    REQUIRE(usable_processors() == before);
}

TEST_CASE("workers that are not pinned may run everywhere, also after a sleep") {
    const auto before = usable_processors();
    for (const unsigned workers : {2U, 4U, 16U}) {
        thread_executor runner(workers, false);
        for (int run = 0; run < 3; ++run) {
            std::vector<std::vector<int>> usable(workers);
            runner.run(workers, [&](unsigned worker) { usable[worker] = usable_processors(); });
            REQUIRE(usable == std::vector<std::vector<int>>(workers, before));
            // longer than any thread spins
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
}

#if defined(__linux__)
TEST_CASE("a worker sleeps on a processor of its own, where there is one for each") {
    if (usable_processors().size() < 2) {
        return;
    }
    thread_executor runner(2, false);
    pthread_t helper{};
    runner.run(2, [&](unsigned worker) {
        if (worker == 1) {
            helper = pthread_self();
        }
    });
    const auto processors_of_helper = [&] {
        cpu_set_t mask;
        return pthread_getaffinity_np(helper, sizeof mask, &mask) == 0 ? CPU_COUNT(&mask) : -1;
    };
    const auto begin = std::chrono::steady_clock::now();
    while (processors_of_helper() != 1 && std::chrono::steady_clock::now() - begin < std::chrono::seconds(60)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    REQUIRE(processors_of_helper() == 1);
}
#endif

TEST_CASE("too many workers are refused") {
    REQUIRE_THROWS_WITH(make_executor("inline", 2, false), "the inline executor runs one worker, not 2; choose 'threads'");
    inline_executor one(1, false);
    REQUIRE_THROWS_AS(one.run(2, [](unsigned) {}), usage_error);
    thread_executor two(2, false);
    REQUIRE_THROWS_WITH(two.run(3, [](unsigned) {}), "this executor has 2 threads, not 3");
    unsigned calls = 0;
    two.run(1, [&](unsigned) { ++calls; });
    REQUIRE(calls == 1);
}

TEST_CASE("an unknown executor is refused, with the built-in ones") {
    REQUIRE_THROWS_WITH(make_executor("fibres", 1, false), "unknown executor 'fibres'; choose one of " + names_of<executors>());
    std::set<std::string_view> names;
    executors::for_each([&](auto tag) { names.insert(decltype(tag)::type::info.name); });
    REQUIRE(names.size() == executors::size);
}

TEST_CASE("the first of several exceptions is kept, once") {
    first_exception failure;
    failure.rethrow(); // nothing yet
    failure.run([] { throw std::runtime_error("first"); });
    failure.run([] { throw std::runtime_error("second"); });
    REQUIRE_THROWS_WITH(failure.rethrow(), "first");
    failure.rethrow();
}
