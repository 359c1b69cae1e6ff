// The frame of every page: what a browser is told before the content, and the page's style and
// script.
#pragma once

#include <string>
#include <vector>

namespace peccary::program {

/// An HTML document with a heading, `remarks` as sentences under it, and `sections`, which are
/// HTML.
std::string html_document(const std::string& title, const std::vector<std::string>& remarks, const std::string& sections);

} // namespace peccary::program
