// What a page about runs shows, as plain values: read from logs or taken from a comparison.
#pragma once

#include "report/bootstrap.hpp"
#include "report/distribution.hpp"
#include "report/json_value.hpp"
#include "report/worker_figures.hpp"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

/// After so many passes.
struct progress_point {
    double passes = 0;
    double seconds = 0;
    double objective_value = 0; ///< NaN if it was not finite
};

struct charted_worker {
    std::string name;
    worker_figures figures;
};

/// Counted in a diagnosed run.
struct charted_diagnosis {
    double lost_fraction = 0;
    /// delays of the coordinates that make up half of the nonzeros
    std::optional<distribution> hot;
    std::optional<distribution> cold;
};

struct charted_run {
    std::string label; ///< tells it from the others; from file names, so anything may be in it
    std::string scheme;
    unsigned workers = 1;
    bool simulated = false; ///< its times are a simulation's, and its workers have none
    bool finished = false;
    std::vector<progress_point> points;
    /// at the end, of test data if there are any, else of validation or training data
    double accuracy = std::nan("");
    std::vector<charted_worker> by_worker;
    std::optional<charted_diagnosis> diagnosis;
    json_value facts; ///< settings, data and machine: names and scalar values; none: null
};

/// Its workers taken together.
worker_figures all_workers(const charted_run& run);

/// Speed-ups of a scheme over the number of workers.
struct scaling_point {
    unsigned workers = 1;
    double speed_up = 1;
    std::optional<interval> bounds;
};
struct scaling_line {
    std::string scheme;
    std::vector<scaling_point> points; ///< by workers, ascending
};

struct page_content {
    std::string title;
    std::vector<std::string> remarks; ///< sentences at the top
    std::vector<charted_run> runs;
    std::vector<scaling_line> scaling; ///< empty if nothing is known of it
};

/// All of `content` as one HTML document that needs nothing else. Its size is bounded by the number
/// of runs and workers, whatever the number of points.
std::string html_page(const page_content& content);

} // namespace peccary::program
