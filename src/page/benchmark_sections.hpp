// The parts of a page about microbenchmarks.
#pragma once

#include "page/benchmark_content.hpp"

#include <cstddef>
#include <string>

namespace peccary::program {

/// A question: its chart, what failed, and the figures. `number` tells it from the other questions
/// of the page.
std::string question_section(const benchmark_question& of, std::size_t number);

} // namespace peccary::program
