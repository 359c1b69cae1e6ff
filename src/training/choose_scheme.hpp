// `--scheme auto`: which update scheme is fastest here, on this data, by a trial of a few
// milliseconds.
#pragma once

#include "training/run.hpp"

#include <string>
#include <vector>

namespace peccary::program {

/// What one scheme did in its trial.
struct scheme_trial {
    std::string scheme;
    unsigned workers = 1;
    double nonzeros_per_second = 0;
};

struct scheme_choice {
    std::string scheme = "sequential";
    std::string reason; ///< a phrase for people
    unsigned workers = 1;
    std::vector<scheme_trial> trials; ///< none where there was nothing to try
    /// that the trials took, the calibration of the step excluded
    double seconds = 0;
    /// of the step, if the request had none and there were trials
    std::optional<calibration> calibrated;
    double calibration_seconds = 0;
};

/// Tries serial descent and those schemes that may beat it, each on the first milliseconds of a run
/// of its own. A parallel scheme must be a good deal faster than serial descent, which is
/// deterministic and never stale. `request.scheme` does not matter. Throws what `make_run` throws.
scheme_choice choose_scheme(const run_request& request);

} // namespace peccary::program
