// Reads what `peccary train --log` wrote (docs/log.md) into what a page shows.
#pragma once

#include "page/content.hpp"

#include <string>
#include <vector>

namespace peccary::program {

/// The runs of one log, in their order: repeats apart, a resumed run as one. Throws `io_error`, and
/// `data_error` "FILE:LINE: ..." for a line that is cut off, is not JSON or not a record of a log,
/// and for a log of another major version.
std::vector<charted_run> read_log(const std::string& path);

} // namespace peccary::program
