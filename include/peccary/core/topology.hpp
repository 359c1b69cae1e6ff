// The processors that this process may use, and threads on them: where they start, and pinning
// (Linux; elsewhere one falls back to the standard library).
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <fstream>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#endif

namespace peccary {

/// The processors in this thread's affinity mask, ascending. `std::thread::hardware_concurrency`
/// ignores masks and quotas in some libraries.
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
        processors.resize((std::max)(1U, std::thread::hardware_concurrency()));
        std::iota(processors.begin(), processors.end(), 0);
    }
    return processors;
}

inline constexpr std::string_view system_processors = "/sys/devices/system/cpu";

/// What the kernel says of a processor's hardware threads: equal for all of a core, empty if it
/// says nothing. `system` is where it describes its processors; tests pass a made-up one.
inline std::string siblings_of(int processor, const std::string& system) {
    std::ifstream file(system + "/cpu" + std::to_string(processor) + "/topology/thread_siblings_list");
    std::string siblings;
    std::getline(file, siblings);
    return siblings;
}

/// The usable processors, one of each physical core first, then the further hardware threads.
/// `siblings(processor)` is `siblings_of` it.
template <std::invocable<int> Siblings>
std::vector<int> ordered_by_core(const std::vector<int>& usable, Siblings siblings, std::size_t& cores) {
    std::vector<int> first;
    std::vector<int> further;
    std::set<std::string> seen;
    for (const int processor : usable) {
        const std::string core = siblings(processor);
        (core.empty() || seen.insert(core).second ? first : further).push_back(processor);
    }
    cores = first.size();
    first.insert(first.end(), further.begin(), further.end());
    return first;
}

/// The same: the order in which workers are pinned.
inline std::vector<int> processors_by_core(const std::vector<int>& usable, const std::string& system, std::size_t& cores) {
    return ordered_by_core(
        usable, [&](int processor) { return siblings_of(processor, system); }, cores);
}

/// Processors' worth of time that the control group `path` may use: cgroup v2's "cpu.max" or v1's
/// "cpu.cfs_quota_us", the tightest of the group and its ancestors below `root`; nothing without a
/// limit.
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
            tightest = (std::min)(tightest.value_or(quota / period), quota / period);
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
            tightest = (std::min)(tightest.value_or(*quota), *quota);
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
        const auto most = static_cast<double>(cores);
        return static_cast<unsigned>((std::max)(1.0, (std::min)(most, std::ceil(quota.value_or(most)))));
    }

    static topology of_this_process() {
        topology found;
        found.processors = processors_by_core(usable_processors(), std::string(system_processors), found.cores);
        found.quota = cgroup_quota();
        return found;
    }
};

/// The processors that the calling thread may use, its own first, then one of each further physical
/// core before the rest: where its helpers start.
inline std::vector<int> processors_from_here() {
    std::vector<int> usable = usable_processors();
#if defined(__linux__)
    static const std::vector<std::string> siblings = [] { // read once
        std::vector<std::string> all(static_cast<std::size_t>((std::max)(1L, sysconf(_SC_NPROCESSORS_CONF))));
        for (std::size_t processor = 0; processor < all.size(); ++processor) {
            all[processor] = siblings_of(static_cast<int>(processor), std::string(system_processors));
        }
        return all;
    }();
    if (const auto here = std::ranges::find(usable, sched_getcpu()); here != usable.end()) {
        std::rotate(usable.begin(), here, usable.end());
    }
    std::size_t cores = 0;
    return ordered_by_core(
        usable,
        [](int processor) {
            const auto place = static_cast<std::size_t>(processor);
            return place < siblings.size() ? siblings[place] : std::string();
        },
        cores);
#else
    return usable;
#endif
}

/// Has a thread that was just made start on `processor`, if it may run there. Afterwards the system
/// may move it as it likes.
///
/// Considerations. Linux starts and wakes a thread where it finds an idle processor, and looks
/// again only milliseconds later. In a virtual machine an idle processor has been given back to the
/// host, which the guest takes for one that is busy, so that a thread that starts or wakes there
/// often waits behind the one that made it (docs/design.md). Whoever waits cannot move itself. For
/// a thread that has already ended the calls concern the caller, whose mask is the same.
inline void start_on([[maybe_unused]] int processor, [[maybe_unused]] std::thread::native_handle_type thread) {
#if defined(__linux__)
    cpu_set_t allowed;
    if (pthread_getaffinity_np(thread, sizeof allowed, &allowed) != 0 || !CPU_ISSET(static_cast<std::size_t>(processor), &allowed)) {
        return;
    }
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(processor), &only);
    if (pthread_setaffinity_np(thread, sizeof only, &only) == 0) {
        pthread_setaffinity_np(thread, sizeof allowed, &allowed);
    }
#endif
}

/// Keeps the calling thread on a processor while it lives, and then restores its mask: changes of
/// it from outside in between are lost. That the system refuses is not an error: it is a wish about
/// speed.
class bound_scope {
public:
    /// Does nothing without a processor, or with one that the thread may not use.
    explicit bound_scope([[maybe_unused]] std::optional<int> processor) {
#if defined(__linux__)
        if (!processor || pthread_getaffinity_np(pthread_self(), sizeof before_, &before_) != 0 ||
            !CPU_ISSET(static_cast<std::size_t>(*processor), &before_)) {
            return;
        }
        cpu_set_t mask;
        CPU_ZERO(&mask);
        CPU_SET(static_cast<std::size_t>(*processor), &mask);
        bound_ = pthread_setaffinity_np(pthread_self(), sizeof mask, &mask) == 0;
#endif
    }
    bound_scope(const bound_scope&) = delete;
    bound_scope& operator=(const bound_scope&) = delete;
    ~bound_scope() {
#if defined(__linux__)
        if (bound_) {
            pthread_setaffinity_np(pthread_self(), sizeof before_, &before_);
        }
#endif
    }

private:
#if defined(__linux__)
    cpu_set_t before_{};
    bool bound_ = false;
#endif
};

/// Keeps the calling thread on worker `worker`'s processor while it lives, if `pin`; more workers
/// than processors share them in turn.
class pinned_scope : bound_scope {
public:
    pinned_scope(unsigned worker, bool pin) : bound_scope(pin ? std::optional(processor_of(worker)) : std::nullopt) {}

private:
    static int processor_of(unsigned worker) {
        static const std::vector<int> processors = topology::of_this_process().processors;
        return processors[worker % processors.size()];
    }
};

} // namespace peccary
