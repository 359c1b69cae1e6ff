// The version, for programs that must tell which Peccary they were built with. The build reads it
// from here, and nowhere else is it written.
#pragma once

#include <string_view>

namespace peccary {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;
inline constexpr std::string_view version_string = "0.1.0";

} // namespace peccary
