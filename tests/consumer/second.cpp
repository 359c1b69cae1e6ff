// A second translation unit with everything in it: a definition that is not inline would now be
// there twice.
#include <peccary/peccary.hpp>

#include <peccary/core/version.hpp>

std::string_view version_seen_by_second() { return peccary::version_string; }
