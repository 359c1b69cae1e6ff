// One worker, on the calling thread: the reference implementation of an executor.
#pragma once

#include "peccary/core/topology.hpp"
#include "peccary/execution/executor.hpp"

namespace peccary {

class inline_executor final : public executor {
public:
    static constexpr executor_info info{
        .name = "inline", .summary = "one worker on the calling thread", .concurrent = true, .several = false, .pins = true};

    inline_executor(unsigned workers, bool pin) : pin_(pin) { require_one(workers); }

    void run(unsigned workers, const body& work) override {
        require_one(workers);
        const pinned_scope pinned(0, pin_);
        work(0);
    }
    const executor_info& about() const noexcept override { return info; }

private:
    static void require_one(unsigned workers) {
        if (workers != 1) {
            throw usage_error("the inline executor runs one worker, not " + std::to_string(workers) + "; choose 'threads'");
        }
    }
    bool pin_;
};

static_assert(executor_type<inline_executor>);

} // namespace peccary
