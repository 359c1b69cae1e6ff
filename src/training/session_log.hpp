// The log of a session of training: its runs, their epochs and their ends.
#pragma once

#include "report/log.hpp"
#include "training/inputs.hpp"
#include "training/plan.hpp"
#include "training/run.hpp"

#include <cstdint>
#include <string>

namespace peccary::program {

/// Thread-safety: none.
class session_log {
public:
    /// Replaces the file, or goes on behind what is there where a run is `resumed`. With several
    /// runs, each record says which it belongs to. Throws `io_error`, as all below.
    session_log(const std::string& path, bool resumed, bool several) : file_(path, resumed), several_(several) {}

    /// `repeat` counts the runs from 0.
    void run_begins(const run_plan& plan, const training_inputs& inputs, const training_run& run, std::uint64_t repeat);
    void epoch_ends(const epoch_facts& facts, std::uint64_t repeat);
    void run_ends(const run_facts& facts, std::uint64_t repeat);

private:
    run_log file_;
    bool several_;
};

} // namespace peccary::program
