// Text that may hold anything, as HTML and SVG take it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace peccary::program {

/// Safe as content and inside quoted attributes. What is not UTF-8, and control characters, become
/// U+FFFD.
std::string escaped(std::string_view text);

/// A table with a caption; the first row is the heading, the first column names the rows. Cells are
/// escaped.
std::string html_table(std::string_view caption, const std::vector<std::vector<std::string>>& rows);

/// What is shown on request: `html` under a heading that is escaped.
std::string html_details(std::string_view heading, const std::string& html);

/// A heading, a chart, and what comes after it; both are HTML.
std::string html_figure(std::string_view heading, const std::string& chart, const std::string& after);

} // namespace peccary::program
