// The page of `peccary report` and of `peccary compare --html`.
#pragma once

#include "page/content.hpp"
#include "report/comparison.hpp"

#include <string>
#include <vector>

namespace peccary::program {

/// What a page shows of a comparison: of each contender the run whose time is the median.
page_content content_of(const comparison& of);

/// What it shows of logs, or of one file of `compare --json`. Throws `io_error`, and `data_error`
/// for what is neither and for runs whose objective values mean different things.
page_content content_of(const std::vector<std::string>& paths);

/// Writes a page about logs, about a comparison, or about benchmarks; throws for a mixture.
/// Replaces `output`, or leaves it as it was and throws. Where `charts` is not empty, it is a
/// directory, made if need be, into which each chart of the page is written as NAME.svg; what else
/// is in it stays.
void report(const std::vector<std::string>& paths, const std::string& output, const std::string& charts);

} // namespace peccary::program
