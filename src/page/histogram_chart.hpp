// Distributions of delays beside each other, as SVG: bars over classes that double in width, their
// shares on a logarithmic axis.
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

/// A line over the bars: the shares that a model gives to the classes.
struct model_line {
    std::string name;
    std::vector<double> shares; ///< one a class
};

/// Bars have the classes s0, s1, ... in the order of the distributions, and a data-share each, as
/// have the dots on lines; the names of both are in the legend. What is below the smallest share of
/// a bar's decade is not drawn.
std::string draw_histogram(const std::string& id, const std::string& title, const std::string& x_title,
                           const std::vector<named_distribution>& of, const std::vector<model_line>& models = {});

} // namespace peccary::program
