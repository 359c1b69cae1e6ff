// The log of `--log FILE`: JSON lines, one record each. The field names are a contract; docs/log.md
// has it.
#pragma once

#include "report/facts.hpp"

#include "peccary/core/file.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace peccary::program {

nlohmann::ordered_json epoch_record(const epoch_facts& facts);
nlohmann::ordered_json summary_record(const run_facts& facts);

/// Considerations. Models and checkpoints appear whole or not at all, but a log is most wanted when
/// a run was killed. So it is written in place, each record by one system call when it happens; a
/// killed run leaves whole lines, and no more than its last one may be cut off by a full disk.
/// Thread-safety: none.
class run_log {
public:
    /// Replaces the file, or with `append` goes on behind what is there. Throws `io_error`.
    run_log(const std::string& path, bool append);

    /// Writes one line. Throws `io_error`.
    void write(const nlohmann::ordered_json& record);

private:
    std::string path_;
    file_descriptor file_;
};

} // namespace peccary::program
