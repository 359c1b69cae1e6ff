// What a run can count on, from made-up system trees and control groups, and from a real affinity
// mask in a forked child.
#include "catch.hpp"
#include "child_process.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/topology.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace peccary;

namespace {

/// Writes `text` to `name` below `root`, making folders on the way.
void put(const scratch_directory& root, const std::string& name, const std::string& text) {
    const std::string path = root / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    write_text(path, text);
}

void put_siblings(const scratch_directory& root, int processor, const std::string& siblings) {
    put(root, "cpu" + std::to_string(processor) + "/topology/thread_siblings_list", siblings + "\n");
}

topology with_cores(std::size_t cores, std::optional<double> quota) { return {.processors = {}, .cores = cores, .quota = quota}; }

} // namespace

TEST_CASE("one processor of each core comes first") {
    const scratch_directory system;
    // Four cores of two hardware threads, numbered as AMD and Intel servers do: n and n + 4.
    for (int processor = 0; processor < 8; ++processor) {
        put_siblings(system, processor, std::to_string(processor % 4) + "," + std::to_string(processor % 4 + 4));
    }
    std::size_t cores = 0;
    REQUIRE(processors_by_core({0, 1, 2, 3, 4, 5, 6, 7}, system.path().string(), cores) == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    REQUIRE(cores == 4);
    REQUIRE(processors_by_core({1, 4, 5, 6}, system.path().string(), cores) == std::vector<int>{1, 4, 6, 5});
    REQUIRE(cores == 3);

    // Neighbouring numbers share a core, as on most laptops.
    for (int processor = 0; processor < 8; ++processor) {
        put_siblings(system, processor, std::to_string(processor / 2 * 2) + "-" + std::to_string(processor / 2 * 2 + 1));
    }
    REQUIRE(processors_by_core({0, 1, 2, 3, 4, 5, 6, 7}, system.path().string(), cores) == std::vector<int>{0, 2, 4, 6, 1, 3, 5, 7});
    REQUIRE(cores == 4);
}

TEST_CASE("a system that does not describe its processors has a core for each") {
    std::size_t cores = 0;
    REQUIRE(processors_by_core({3, 5}, "/nowhere", cores) == std::vector<int>{3, 5});
    REQUIRE(cores == 2);
}

TEST_CASE("the quota of a unified control group") {
    const scratch_directory root;
    const std::string at = root.path().string();
    REQUIRE_FALSE(cgroup_quota(at, "/a/b"));
    put(root, "a/b/cpu.max", "max 100000\n");
    REQUIRE_FALSE(cgroup_quota(at, "/a/b"));
    put(root, "a/b/cpu.max", "150000 100000\n");
    REQUIRE(cgroup_quota(at, "/a/b") == 1.5);
    put(root, "a/cpu.max", "400000 100000\n"); // a looser ancestor changes nothing
    REQUIRE(cgroup_quota(at, "/a/b") == 1.5);
    put(root, "a/cpu.max", "25000 50000\n"); // a tighter one does
    REQUIRE(cgroup_quota(at, "/a/b") == 0.5);
    put(root, "cpu.max", "10000 100000\n"); // as a container sees its own group
    REQUIRE(cgroup_quota(at, "/a/b") == Approx(0.1));
    REQUIRE(cgroup_quota(at, "/") == Approx(0.1));
    REQUIRE(cgroup_quota(at, "") == Approx(0.1));
    put(root, "a/b/cpu.max", "nonsense");
    REQUIRE(cgroup_quota(at, "/a/b") == Approx(0.1));
}

TEST_CASE("the quota of a version 1 control group") {
    const scratch_directory root;
    const std::string at = root.path().string();
    put(root, "docker/x/cpu.cfs_period_us", "100000\n");
    put(root, "docker/x/cpu.cfs_quota_us", "-1\n");
    REQUIRE_FALSE(cgroup_quota(at, "/docker/x"));
    put(root, "docker/x/cpu.cfs_quota_us", "250000\n");
    REQUIRE(cgroup_quota(at, "/docker/x") == 2.5);
    put(root, "cpu.cfs_period_us", "50000\n");
    put(root, "cpu.cfs_quota_us", "50000\n");
    REQUIRE(cgroup_quota(at, "/docker/x") == 1);
    REQUIRE(cgroup_quota(at, "/docker/elsewhere") == 1);
}

TEST_CASE("default workers: physical cores, or the quota rounded up") {
    REQUIRE(with_cores(8, std::nullopt).default_workers() == 8);
    REQUIRE(with_cores(8, 2.0).default_workers() == 2);
    REQUIRE(with_cores(8, 1.5).default_workers() == 2);
    REQUIRE(with_cores(8, 0.1).default_workers() == 1);
    REQUIRE(with_cores(2, 64.0).default_workers() == 2);
    REQUIRE(with_cores(0, std::nullopt).default_workers() == 1);
}

TEST_CASE("this machine") {
    const auto found = topology::of_this_process();
    REQUIRE(found.processors.size() == usable_processors().size());
    REQUIRE(found.cores >= 1);
    REQUIRE(found.cores <= found.processors.size());
    REQUIRE(found.default_workers() >= 1);
    REQUIRE(found.default_workers() <= found.cores);
}

#if defined(__linux__)
TEST_CASE("an affinity mask limits the default workers") {
    const auto before = usable_processors();
    const int code = run_in_child([&] {
        cpu_set_t mask;
        CPU_ZERO(&mask);
        CPU_SET(static_cast<std::size_t>(before.back()), &mask);
        if (sched_setaffinity(0, sizeof mask, &mask) != 0) {
            return 10;
        }
        const auto found = topology::of_this_process();
        if (found.processors != std::vector<int>{before.back()}) {
            return 11;
        }
        return found.default_workers() == 1 ? 0 : 12;
    });
    REQUIRE(code == 0);
    REQUIRE(usable_processors() == before);
}

TEST_CASE("pinning is a wish that ends with its scope") {
    const auto before = usable_processors();
    const auto order = topology::of_this_process().processors;
    for (unsigned worker = 0; worker < 5; ++worker) {
        const pinned_scope pinned(worker, true);
        REQUIRE(usable_processors() == std::vector<int>{order[worker % order.size()]});
    }
    REQUIRE(usable_processors() == before);
    const pinned_scope free(0, false);
    REQUIRE(usable_processors() == before);
}

TEST_CASE("a thread that started on a processor may go everywhere afterwards") {
    const auto before = usable_processors();
    for (const int processor : before) {
        std::atomic<bool> placed{false};
        std::vector<int> usable;
        std::thread started([&] {
            placed.wait(false, std::memory_order_acquire); // pairs with the release below
            usable = usable_processors();
        });
        start_on(processor, started.native_handle());
        placed.store(true, std::memory_order_release);
        placed.notify_one();
        started.join();
        REQUIRE(usable == before);
    }
    REQUIRE(usable_processors() == before);
}

TEST_CASE("an order by cores may begin anywhere") {
    // 0 and 4 are of one core, 1 and 5, ...
    const auto pairs = [](int processor) { return std::to_string(processor % 4); };
    std::size_t cores = 0;
    REQUIRE(ordered_by_core({5, 0, 4}, pairs, cores) == std::vector<int>{5, 0, 4});
    REQUIRE(ordered_by_core({4, 5, 0}, pairs, cores) == std::vector<int>{4, 5, 0});
    REQUIRE(ordered_by_core({0, 4, 5}, pairs, cores) == std::vector<int>{0, 5, 4});
    REQUIRE(cores == 2);
}

TEST_CASE("helpers start beside the caller, on each usable processor once") {
    const auto before = usable_processors();
    for (const int processor : before) {
        const bound_scope bound(processor);
        // its own is the only one now
        REQUIRE(processors_from_here() == std::vector<int>{processor});
    }
    auto from_here = processors_from_here();
    REQUIRE(from_here.size() == before.size());
    std::ranges::sort(from_here);
    REQUIRE(from_here == before);
}

TEST_CASE("no thread is moved or bound out of its mask") {
    const int code = run_in_child([] {
        const auto before = usable_processors();
        const bound_scope bound(before.front());
        int code_of_thread = 10;
        std::thread started([&] {
            start_on(before.back(), pthread_self());
            const bound_scope elsewhere(before.back());
            code_of_thread = usable_processors() == std::vector<int>{before.front()} ? 0 : 11;
        });
        started.join();
        return code_of_thread;
    });
    REQUIRE(code == 0);
}
#endif
