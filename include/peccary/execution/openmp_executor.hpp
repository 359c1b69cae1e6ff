// Workers on an OpenMP team; empty unless the component `peccary::openmp` is used.
#pragma once

#if defined(PECCARY_HAS_OPENMP) && PECCARY_HAS_OPENMP

#include "peccary/core/topology.hpp"
#include "peccary/execution/executor.hpp"

#include <omp.h>

namespace peccary {

class openmp_executor final : public executor {
public:
    static constexpr executor_info info{.name = "openmp", .summary = "an OpenMP team", .concurrent = true, .several = true, .pins = true};

    openmp_executor(unsigned /*workers*/, bool pin) : pin_(pin) {}

    void run(unsigned workers, const body& work) override {
        bool complete = true;
        omp_set_dynamic(0);
#pragma omp parallel num_threads(static_cast <int>(workers)) default(shared)
        {
            // OpenMP may give fewer threads than asked for (OMP_THREAD_LIMIT); workers that wait
            // for each other would then wait forever.
            if (static_cast<unsigned>(omp_get_num_threads()) != workers) {
#pragma omp single
                complete = false;
            } else {
                const auto worker = static_cast<unsigned>(omp_get_thread_num());
                const pinned_scope pinned(worker, pin_);
                failure_.run([&] { work(worker); });
            }
        }
        if (!complete) {
            throw usage_error("OpenMP did not give " + std::to_string(workers) + " threads; raise OMP_THREAD_LIMIT or choose 'threads'");
        }
        failure_.rethrow();
    }
    const executor_info& about() const noexcept override { return info; }

private:
    bool pin_;
    first_exception failure_;
};

static_assert(executor_type<openmp_executor>);

} // namespace peccary

#endif
