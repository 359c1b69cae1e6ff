// What `peccary train` prints on standard output when a run is over.
#pragma once

#include "report/facts.hpp"

#include <span>
#include <string>

namespace peccary::program {

/// Times, loss, objective value, accuracy, and a line per worker.
std::string closing_table(const run_facts& facts);

/// Median, least and greatest of the figures of several runs.
std::string repeat_table(std::span<const run_facts> runs);

} // namespace peccary::program
