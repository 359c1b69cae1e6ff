#include "training/model_of.hpp"

#include "model/formats.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/number_text.hpp"
#include "peccary/core/version.hpp"
#include "peccary/model/model.hpp"
#include "training/lists.hpp"
#include "training/options_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace peccary::program {

namespace {

std::vector<real> copy_of(const parameters& from, const parameter_span& span) {
    const auto values = from.exclusive(span);
    return {values.begin(), values.end()};
}

model linear_model(const train_options& options, const training_inputs& inputs, const parameters& trained) {
    std::vector<real> bias;
    if (options.bias) {
        bias = copy_of(trained, trained.layout().find("bias"));
    }
    return make_linear_model(inputs.objective, inputs.features, inputs.labels->classes(),
                             copy_of(trained, trained.layout().find("weights")), std::move(bias));
}

model network_model(const train_options& options, const training_inputs& inputs, const parameters& trained) {
    const auto& classes = inputs.labels->classes();
    const mlp network(inputs.features, layer_units(options.layers), classes.size(), options.activation, inputs.output);
    return make_network_model(network, classes, trained);
}

} // namespace

void check_model_format(const train_options& options, const training_inputs& inputs) {
    if (options.model_format != "liblinear") {
        return;
    }
    for (const double label : inputs.labels->classes()) {
        if (label != std::trunc(label) || std::abs(label) > std::numeric_limits<int>::max()) {
            throw usage_error("--model-format liblinear holds whole-number labels only, not " + label_text(label) +
                              "; choose --model-format peccary or safetensors");
        }
    }
}

void save_model(const train_options& options, const training_inputs& inputs, const training_run& run) {
    const parameters& trained = run.trainer->model();
    model made = is_network(inputs.objective) ? network_model(options, inputs, trained) : linear_model(options, inputs, trained);
    made.normalization = inputs.normalization;
    made.metadata = {{"version", std::string(version_string)}, {"options", to_json(options).dump()}, {"step", format_number(run.step)}};
    save_model_as(options.model_format, made, options.model);
}

} // namespace peccary::program
