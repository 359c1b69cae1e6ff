// The options that say what is minimised.
#include "peccary/core/type_list.hpp"
#include "peccary/data/class_weights.hpp"
#include "peccary/objective/activations.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/objective/outputs.hpp"
#include "peccary/scheme/requirements.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"

namespace peccary::program {

namespace {

std::string activation_names() { return names_of<activations>(); }
std::string output_names() { return names_of<network_outputs>(); }

/// Why an option of networks has no effect; empty for a network.
std::string without_layers(const train_options& all) {
    return is_network(all.objective) ? std::string() : "the objective '" + all.objective + "' has no layers; it is for --objective mlp";
}

/// The same of an option that needs hidden layers.
std::string without_hidden_layers(const train_options& all, const char* why) {
    const std::string no_network = without_layers(all);
    return !no_network.empty() ? no_network : layer_units(all.layers).empty() ? std::string(why) : std::string();
}

} // namespace

training_rows objective_rows() {
    static constexpr training_row rows[] = {
        {.name = "objective",
         .value = "NAME",
         .help = "auto (by the labels), {}",
         .member = &train_options::objective,
         .names = objective_names,
         .check =
             [](const train_options& all) {
                 if (all.objective != "auto") {
                     static_cast<void>(objective_named(all.objective, all.output));
                 }
             }},
        {.name = "l2",
         .value = "X",
         .help = "Weight of half the squared norm of the weights (default 1 / rows)",
         .member = &train_options::l2},
        {.name = "l1", .value = "X", .help = "Weight of the sum of the weights' magnitudes (default 0)", .member = &train_options::l1},
        {.name = "bias",
         .value = "",
         .help = "Learn a bias too; it is not regularised",
         .member = &train_options::bias,
         .no_effect =
             [](const train_options& all) {
                 return std::string(is_network(all.objective) ? "every layer of the objective 'mlp' has biases" : "");
             }},
        {.name = "layers",
         .value = "N,N,...",
         .help = "mlp: units of each hidden layer, such as 128,64 (default 128), or none",
         .member = &train_options::layers,
         .no_effect = without_layers,
         .check =
             [](const train_options& all) {
                 if (is_network(all.objective)) {
                     static_cast<void>(layer_units(all.layers));
                 }
             }},
        {.name = "activation",
         .value = "NAME",
         .help = "mlp: between its layers: {} (default relu)",
         .member = &train_options::activation,
         .names = activation_names,
         .no_effect = without_layers,
         .check =
             [](const train_options& all) {
                 if (is_network(all.objective)) {
                     with_named<activations>("activation", all.activation, [](auto /*tag*/) {});
                 }
             }},
        {.name = "output",
         .value = "NAME",
         .help = "mlp: what its last layer's sums mean: auto (by the labels: softmax or squared), {}",
         .member = &train_options::output,
         .names = output_names,
         .no_effect = without_layers},
        {.name = "dropout",
         .value = "P",
         .help = "mlp: leave out each unit of the hidden layers with this probability in training (default 0)",
         .member = &train_options::dropout,
         .no_effect =
             [](const train_options& all) {
                 return without_hidden_layers(all, "it drops units of hidden layers, and --layers none leaves none");
             },
         .in_range = [](const train_options& all) { return all.dropout >= 0 && all.dropout < 1; },
         .range = "a probability from 0 to below 1"},
        {.name = "layerwise",
         .value = "",
         .help = "mlp: read each layer when it is needed, and write it as soon as its gradient is there; else all at once",
         .member = &train_options::layerwise,
         .no_effect = [](const train_options& all) { return without_hidden_layers(all, "--layers none leaves one layer"); },
         .check =
             [](const train_options& all) {
                 if (all.layerwise && all.scheme != "auto") {
                     require_layers_to_change(scheme_named(all.scheme));
                 }
             }},
        {.name = "class-weight",
         .value = "WEIGHTS",
         .help = "none, balanced, or label:weight,label:weight,...",
         .member = &train_options::class_weight,
         .no_effect =
             [](const train_options& all) {
                 const bool regression =
                     all.objective != "auto" && objective_named(all.objective, all.output).target == target_kind::regression;
                 return regression ? "the objective '" + all.objective + "' is a regression, which has no classes" : std::string();
             },
         .check = [](const train_options& all) { static_cast<void>(class_weighting::parse(all.class_weight)); }},
    };
    return rows;
}

} // namespace peccary::program
