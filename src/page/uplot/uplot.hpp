// uPlot, which draws the page's line charts where scripts run, if Peccary was built with it
// (CMake's PECCARY_UPLOT).
#pragma once

#include <optional>
#include <string_view>

namespace peccary::program {

/// Texts for the page, and the hashes under which its content security policy admits them.
struct chart_library {
    std::string_view version;
    std::string_view license;
    std::string_view style;
    std::string_view style_hash;
    std::string_view script; ///< stands after the charts
    std::string_view script_hash;
};

std::optional<chart_library> uplot();

} // namespace peccary::program
