// Reads what a program with Google Benchmark wrote (--benchmark_out=FILE) into what a page shows.
#pragma once

#include "page/benchmark_content.hpp"

#include <string>

namespace peccary::program {

/// Whether the file begins as Google Benchmark's JSON does, whole or not. Throws `io_error`.
bool holds_benchmarks(const std::string& path);

/// A benchmark's name is CONTENDER/CIRCUMSTANCE/...; what differs in nothing but the contender is
/// one case. The measure is the first rate (a counter "SOMETHING/s") that all benchmarks of the
/// file have, else time. Throws `io_error`, and `data_error` "FILE: ..." for a file that is cut off
/// or has no measurements.
benchmark_question read_benchmarks(const std::string& path);

} // namespace peccary::program
