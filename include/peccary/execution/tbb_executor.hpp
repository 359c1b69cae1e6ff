// Workers as tasks of a oneTBB arena; empty unless the component `peccary::tbb` is used.
#pragma once

#if defined(PECCARY_HAS_TBB) && PECCARY_HAS_TBB

#include "peccary/execution/executor.hpp"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

namespace peccary {

/// oneTBB gives no mandatory concurrency: a task may wait until another has finished. So schemes
/// whose workers wait for each other (`scheme_info::lockstep`) are refused with this executor, and
/// which thread runs a worker is oneTBB's to choose, so workers are not pinned.
class tbb_executor final : public executor {
public:
    static constexpr executor_info info{
        .name = "tbb", .summary = "tasks of a oneTBB arena", .concurrent = false, .several = true, .pins = false};

    tbb_executor(unsigned workers, bool pin)
        : allowed_(tbb::global_control::max_allowed_parallelism, workers), arena_(static_cast<int>(workers)) {
        if (pin) {
            throw usage_error("oneTBB places its threads itself and cannot pin workers; choose 'threads' or 'openmp'");
        }
    }

    void run(unsigned workers, const body& work) override {
        arena_.execute([&] {
            tbb::task_group group;
            for (unsigned worker = 1; worker < workers; ++worker) {
                group.run([&, worker] { failure_.run([&] { work(worker); }); });
            }
            failure_.run([&] { work(0); });
            group.wait();
        });
        failure_.rethrow();
    }
    const executor_info& about() const noexcept override { return info; }

private:
    tbb::global_control allowed_;
    tbb::task_arena arena_;
    first_exception failure_;
};

static_assert(executor_type<tbb_executor>);

} // namespace peccary

#endif
