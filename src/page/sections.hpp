// The parts of the page, each a heading, charts and the tables behind them; empty where there is
// nothing to show.
#pragma once

#include "page/content.hpp"

#include <string>

namespace peccary::program {

/// One line for each run.
std::string overview_section(const page_content& of);

/// Objective values against time and against passes, and what toggles the runs.
std::string progress_section(const page_content& of);

std::string scaling_section(const page_content& of);
std::string staleness_section(const page_content& of);
std::string coordinates_section(const page_content& of);
std::string time_section(const page_content& of);

/// Settings, data and machine: what all runs have in common, and what differs.
std::string settings_section(const page_content& of);

} // namespace peccary::program
