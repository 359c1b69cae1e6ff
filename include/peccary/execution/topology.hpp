// The processors that this process may use, and pinning workers to them (Linux; elsewhere one falls back to the standard library).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#endif

namespace peccary {

/// The processors in this thread's affinity mask, ascending. `std::thread::hardware_concurrency` ignores masks and quotas in some libraries.
inline std::vector<int> usable_processors() {
    std::vector<int> processors;
#if defined(__linux__)
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) {
        for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
            if (CPU_ISSET(processor, &mask)) {
                processors.push_back(static_cast<int>(processor));
            }
        }
    }
#endif
    if (processors.empty()) { // the system does not say
        processors.resize(std::max(1U, std::thread::hardware_concurrency()));
        std::iota(processors.begin(), processors.end(), 0);
    }
    return processors;
}

/// The usable processors, one of each physical core first, then the further hardware threads: the order in which workers are pinned.
/// `system` is where the kernel describes its processors; tests pass a made-up one.
inline std::vector<int> processors_by_core(const std::vector<int>& usable, const std::string& system, std::size_t& cores) {
    std::vector<int> first;
    std::vector<int> further;
    std::set<std::string> seen;
    for (const int processor : usable) {
        std::ifstream file(system + "/cpu" + std::to_string(processor) + "/topology/thread_siblings_list");
        std::string siblings;
        const bool known = static_cast<bool>(std::getline(file, siblings));
        (!known || seen.insert(siblings).second ? first : further).push_back(processor);
    }
    cores = first.size();
    first.insert(first.end(), further.begin(), further.end());
    return first;
}

/// Processors' worth of time that the control group `path` may use: cgroup v2's "cpu.max" or v1's "cpu.cfs_quota_us", the tightest of the
/// group and its ancestors below `root`; nothing without a limit.
inline std::optional<double> cgroup_quota(const std::string& root, std::string path) {
    std::optional<double> tightest;
    while (true) {
        double quota = 0;
        double period = 0;
        std::ifstream unified(root + path + "/cpu.max");
        std::ifstream legacy_quota(root + path + "/cpu.cfs_quota_us");
        std::ifstream legacy_period(root + path + "/cpu.cfs_period_us");
        // "max 100000" does not read as a number, and v1 says -1 for no limit.
        if ((unified >> quota >> period || (legacy_quota >> quota && legacy_period >> period)) && quota > 0 && period > 0) {
            tightest = std::min(tightest.value_or(std::numeric_limits<double>::infinity()), quota / period);
        }
        if (path.empty() || path == "/") {
            return tightest;
        }
        path.erase(path.find_last_of('/'));
    }
}

/// The quota of this process, from the groups that the kernel says it is in.
inline std::optional<double> cgroup_quota() {
    std::optional<double> tightest;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        // hierarchy:controllers:path; the unified hierarchy is 0 with no controllers
        std::istringstream fields(line);
        std::string hierarchy;
        std::string controllers;
        std::string path;
        std::getline(fields, hierarchy, ':');
        std::getline(fields, controllers, ':');
        std::getline(fields, path);
        const bool unified = controllers.empty();
        if (!unified && controllers.find("cpu") == std::string::npos) {
            continue;
        }
        if (const auto quota = cgroup_quota(unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu", path)) {
            tightest = std::min(tightest.value_or(*quota), *quota);
        }
    }
    return tightest;
}

/// What a run can count on.
struct topology {
    std::vector<int> processors; ///< usable, one of each physical core first
    std::size_t cores = 1;       ///< usable physical cores
    std::optional<double> quota; ///< processors' worth of time, if limited

    /// Workers to start by default: usable physical cores, or the quota rounded up if that is less.
    unsigned default_workers() const noexcept {
        const double limit = quota.value_or(std::numeric_limits<double>::infinity());
        return static_cast<unsigned>(std::max(1.0, std::min(static_cast<double>(cores), std::ceil(limit))));
    }

    static topology of_this_process() {
        topology found;
        found.processors = processors_by_core(usable_processors(), "/sys/devices/system/cpu", found.cores);
        found.quota = cgroup_quota();
        return found;
    }
};

/// Keeps the calling thread on worker `worker`'s processor while it lives, if `pin`; more workers than processors share them in turn.
/// Pinning that the system refuses is not an error: it is a wish about speed.
class pinned_scope {
public:
    pinned_scope(unsigned worker, bool pin) {
#if defined(__linux__)
        if (!pin || pthread_getaffinity_np(pthread_self(), sizeof before_, &before_) != 0) {
            return;
        }
        static const std::vector<int> processors = topology::of_this_process().processors;
        cpu_set_t mask;
        CPU_ZERO(&mask);
        CPU_SET(static_cast<std::size_t>(processors[worker % processors.size()]), &mask);
        pinned_ = pthread_setaffinity_np(pthread_self(), sizeof mask, &mask) == 0;
#endif
    }
    pinned_scope(const pinned_scope&) = delete;
    pinned_scope& operator=(const pinned_scope&) = delete;
    ~pinned_scope() {
#if defined(__linux__)
        if (pinned_) {
            pthread_setaffinity_np(pthread_self(), sizeof before_, &before_);
        }
#endif
    }

private:
#if defined(__linux__)
    cpu_set_t before_{};
    bool pinned_ = false;
#endif
};

} // namespace peccary
