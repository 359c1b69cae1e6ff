// What a page about microbenchmarks shows, as plain values.
#pragma once

#include "report/json_value.hpp"

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace peccary::program {

/// What the repetitions of one benchmark have measured.
struct measurement {
    std::size_t repetitions = 0;
    double median = std::nan("");
    double least = std::nan("");
    double greatest = std::nan("");
    std::string failure; ///< of a check, in its words; then the figures are NaN
};

/// The same work under the same circumstances, by each contender; nothing for one that did not do
/// it.
struct benchmark_case {
    std::string name;
    std::vector<std::optional<measurement>> by_contender;
};

/// One program's benchmarks.
struct benchmark_question {
    std::string source; ///< the file with the results
    std::string question;
    std::string unit;  ///< "adds/s", or "seconds"
    bool rate = false; ///< more is better
    std::vector<std::string> contenders;
    std::vector<benchmark_case> cases;
    json_value facts; ///< machine and build: names and scalar values
};

/// All of `questions` as one HTML document that needs nothing else.
std::string html_page(const std::vector<benchmark_question>& questions);

} // namespace peccary::program
