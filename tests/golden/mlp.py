#!/usr/bin/python3
"""Writes tests/golden/mlp.hpp: losses and gradients of multilayer perceptrons, by PyTorch's automatic differentiation in double precision.

Needs Debian's python3-torch. Weights and inputs are multiples of 1/64, so that they are exact in every precision; PyTorch's matrices are
units x inputs, and ours inputs x units, hence the transpositions."""

import pathlib

import torch

FEATURES, HIDDEN, CLASSES, ROWS = 5, (4, 3), 3, 6
ACTIVATIONS = {
    "relu": torch.nn.functional.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": torch.nn.functional.gelu,
}
OUTPUTS = {  # by the name of the output: the loss of each row
    "softmax": lambda scores, targets: torch.nn.functional.cross_entropy(scores, targets.long(), reduction="none"),
    "logistic": lambda scores, targets: torch.nn.functional.softplus(-targets * scores[:, 0]),
    "squared": lambda scores, targets: torch.nn.functional.mse_loss(scores[:, 0], targets, reduction="none") / 2,
}
generator = torch.Generator().manual_seed(1)


def drawn(*shape):
    return torch.randint(-64, 65, shape, generator=generator).double() / 64


sizes = (FEATURES, *HIDDEN, CLASSES)
layers = [(drawn(inputs, units), drawn(units)) for inputs, units in zip(sizes, sizes[1:])]
rows = drawn(ROWS, FEATURES) * 2
classes = torch.randint(0, CLASSES, (ROWS,), generator=generator)
row_weights = torch.tensor([1, 1, 2, 0.5, 1, 3], dtype=torch.float64)
single_layers = [*layers[:-1], (drawn(HIDDEN[-1], 1), drawn(1))]
signs = 2.0 * (classes > 0) - 1
quantities = drawn(ROWS) * 3


def flat(its_layers):
    return torch.cat([part.reshape(-1) for layer in its_layers for part in layer])


def array(name, values):
    texts = [f"{float(value):.17g}" for value in values.detach().reshape(-1)]
    lines = [f"inline constexpr double {name}[] = {{"]
    lines += ["    " + ", ".join(texts[i : i + 5]) + "," for i in range(0, len(texts), 5)]
    return lines + ["};", ""]


lines = [
    "// Losses and gradients of multilayer perceptrons from an independent implementation; written by mlp.py beside it.",
    "#pragma once",
    "",
    "#include <cstddef>",
    "#include <span>",
    "#include <string_view>",
    "",
    "namespace golden::mlp {",
    "",
    f"inline constexpr std::size_t features = {FEATURES};",
    f"inline constexpr std::size_t hidden[] = {{{', '.join(map(str, HIDDEN))}}};",
    "",
    "/// rows x features, row-major; then what each row has.",
    *array("rows", rows),
    *array("row_weights", row_weights),
    "/// Layer after layer: weights (inputs x units, row-major), biases. Networks of one score have a last layer of their own.",
    *array("class_parameters", flat(layers)),
    *array("single_parameters", flat(single_layers)),
    *array("classes", classes),
    *array("signs", signs),
    *array("quantities", quantities),
]
networks = [(name, "softmax", "class_parameters", layers, "classes", classes) for name in ACTIVATIONS]
networks += [("tanh", "logistic", "single_parameters", single_layers, "signs", signs)]
networks += [("tanh", "squared", "single_parameters", single_layers, "quantities", quantities)]
entries = []
for activation, output, parameters_name, its_layers, targets_name, targets in networks:
    parameters = [part.clone().requires_grad_() for layer in its_layers for part in layer]
    values = rows
    for depth in range(0, len(parameters), 2):
        values = torch.nn.functional.linear(values, parameters[depth].T, parameters[depth + 1])
        if depth + 2 < len(parameters):
            values = ACTIVATIONS[activation](values)
    losses = row_weights * OUTPUTS[output](values, targets)
    losses.sum().backward()
    name = f"{activation}_{output}"
    lines += [f"/// {activation}, {output}: scores (rows x outputs), losses, and the gradient of their sum, in the order of the parameters."]
    lines += array(f"{name}_scores", values)
    lines += array(f"{name}_losses", losses)
    lines += array(f"{name}_gradient", torch.cat([parameter.grad.reshape(-1) for parameter in parameters]))
    entries.append(f'    {{"{activation}", "{output}", {parameters_name}, {targets_name}, {name}_scores, {name}_losses, {name}_gradient}},')

lines += [
    "struct network {",
    "    std::string_view activation;",
    "    std::string_view output;",
    "    std::span<const double> parameters;",
    "    std::span<const double> targets;",
    "    std::span<const double> scores;",
    "    std::span<const double> losses;",
    "    std::span<const double> gradient;",
    "};",
    "",
    "inline constexpr network networks[] = {",
    *entries,
    "};",
    "",
    "} // namespace golden::mlp",
]
pathlib.Path(__file__).with_suffix(".hpp").write_text("\n".join(lines) + "\n", encoding="ascii")
