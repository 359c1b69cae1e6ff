// Simulated workers, all on the calling thread.
#pragma once

#include "peccary/execution/executor.hpp"

namespace peccary {

/// `run` calls the bodies one after another. What makes workers virtual is not here: asynchronous
/// schemes hand theirs to a simulation (scheme/simulation.hpp), which takes their reads and applies
/// in an order of its own and needs no thread for it.
class virtual_executor final : public executor {
public:
    static constexpr executor_info info{.name = "virtual",
                                        .summary = "simulated workers, in virtual time",
                                        .concurrent = false,
                                        .several = true,
                                        .pins = false,
                                        .simulated = true};
    static constexpr unsigned most_workers = 65'536;

    virtual_executor(unsigned workers, bool pin) {
        if (pin) {
            throw usage_error("virtual workers run on no processor of their own and cannot be pinned; choose 'threads'");
        }
        if (workers > most_workers) {
            throw usage_error("the virtual executor simulates up to " + std::to_string(most_workers) + " workers, not " +
                              std::to_string(workers));
        }
    }

    void run(unsigned workers, const body& work) override {
        for (unsigned worker = 0; worker < workers; ++worker) {
            failure_.run([&] { work(worker); });
        }
        failure_.rethrow();
    }
    const executor_info& about() const noexcept override { return info; }

private:
    first_exception failure_;
};

static_assert(executor_type<virtual_executor>);

} // namespace peccary
