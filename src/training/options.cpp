#include "training/options.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/step/dampings.hpp"
#include "training/lists.hpp"

#include <algorithm>

namespace peccary::program {

data_format format_of_data(const train_options& options) { return format_of(options.data, format_named(options.format)); }

data_format format_of_test_data(const train_options& options) { return format_of(options.test, format_named(options.format)); }

bool damps(const train_options& options) { return damping_named(options.damping).damps; }

bool simulates(const std::string& executor) { return executor_named(executor).simulated; }

std::vector<std::size_t> layer_units(const std::string& layers) {
    constexpr std::size_t most_units = 1'000'000;
    std::vector<std::size_t> units;
    if (layers == "none") {
        return units;
    }
    for (std::size_t at = 0; at <= layers.size();) {
        const std::size_t end = std::min(layers.find(',', at), layers.size());
        const auto count = parse_number<std::size_t>(layers.substr(at, end - at));
        if (!count || *count == 0 || *count > most_units) {
            throw usage_error("--layers must be none or the units of each hidden layer, 1 to " + std::to_string(most_units) +
                              ", such as 128,64, not '" + layers + "'");
        }
        units.push_back(*count);
        at = end + 1;
    }
    return units;
}

} // namespace peccary::program
