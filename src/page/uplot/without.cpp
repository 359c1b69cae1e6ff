// A build without uPlot.
#include "page/uplot/uplot.hpp"

namespace peccary::program {

std::optional<chart_library> uplot() { return std::nullopt; }

} // namespace peccary::program
