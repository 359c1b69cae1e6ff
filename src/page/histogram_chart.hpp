// Distributions of delays beside each other, as SVG: bars over classes that double in width, their shares on a logarithmic axis.
#pragma once

#include "report/distribution.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace peccary::program {

struct named_distribution {
    std::string name;
    distribution values;
};

/// 0, 1, 2-3, 4-7, ...: no bin of a histogram lies in two of them.
struct delay_class {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::vector<double> shares; ///< of each distribution's samples
};

/// All classes up to the largest value of any.
std::vector<delay_class> delay_classes(const std::vector<named_distribution>& of);

/// "4-7".
std::string class_name(const delay_class& of);

/// Bars have the classes s0, s1, ... in the order of the distributions, and a data-share each; the distributions' names are in the legend.
std::string draw_histogram(const std::string& id, const std::string& title, const std::string& x_title,
                           const std::vector<named_distribution>& of);

} // namespace peccary::program
