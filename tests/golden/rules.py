#!/usr/bin/python3
"""Writes tests/golden/rules.hpp: a small network after some updates by each rule, by PyTorch's optimizers in double precision.

Needs Debian's python3-torch. Every update is of all rows, so that their order does not matter. The runs are one without regularisation, and one
with clipped gradients (`clip_grad_norm_`) and l2, which divides the weights after each update (docs/rules.md). PyTorch's matrices are units x
inputs, and ours inputs x units, hence the transpositions."""

import pathlib

import torch

FEATURES, HIDDEN, CLASSES, ROWS, UPDATES = 5, 4, 3, 6, 12
BOUND, L2 = 0.03125, 0.05
RULES = {
    "sgd": (0.25, lambda at, step: torch.optim.SGD(at, lr=step)),
    "momentum": (0.0625, lambda at, step: torch.optim.SGD(at, lr=step, momentum=0.9)),
    "nesterov": (0.0625, lambda at, step: torch.optim.SGD(at, lr=step, momentum=0.9, nesterov=True)),
    "adagrad": (0.125, lambda at, step: torch.optim.Adagrad(at, lr=step)),
    "rmsprop": (0.015625, lambda at, step: torch.optim.RMSprop(at, lr=step)),
    "adam": (0.0625, lambda at, step: torch.optim.Adam(at, lr=step)),
}
generator = torch.Generator().manual_seed(2)


def drawn(*shape):
    return torch.randint(-64, 65, shape, generator=generator).double() / 64


first = [drawn(FEATURES, HIDDEN), drawn(HIDDEN), drawn(HIDDEN, CLASSES), drawn(CLASSES)]
rows = drawn(ROWS, FEATURES) * 2
targets = torch.randint(0, CLASSES, (ROWS,), generator=generator)


def trained(step, make, bound=None, l2=0.0):
    """The parameters after all updates."""
    parameters = [part.clone().requires_grad_() for part in first]
    optimizer = make(parameters, step)
    for _ in range(UPDATES):
        optimizer.zero_grad()
        hidden = torch.tanh(torch.nn.functional.linear(rows, parameters[0].T, parameters[1]))
        torch.nn.functional.cross_entropy(torch.nn.functional.linear(hidden, parameters[2].T, parameters[3]), targets).backward()
        if bound is not None:
            assert torch.nn.utils.clip_grad_norm_(parameters, bound) > bound  # else it would be no test
        optimizer.step()
        with torch.no_grad():
            for weights in parameters[0], parameters[2]:
                weights /= 1 + step * l2
    return flat(parameters)


def flat(parts):
    return torch.cat([part.detach().reshape(-1) for part in parts])


def array(name, values):
    texts = [f"{float(value):.17g}" for value in values.reshape(-1)]
    lines = [f"inline constexpr double {name}[] = {{"]
    lines += ["    " + ", ".join(texts[i : i + 5]) + "," for i in range(0, len(texts), 5)]
    return lines + ["};", ""]


lines = [
    "// Networks trained by update rules of an independent implementation; written by rules.py beside it.",
    "#pragma once",
    "",
    "#include <cstddef>",
    "#include <span>",
    "#include <string_view>",
    "",
    "namespace golden::rules {",
    "",
    f"inline constexpr std::size_t features = {FEATURES};",
    f"inline constexpr std::size_t hidden = {HIDDEN};",
    f"inline constexpr std::size_t classes = {CLASSES};",
    f"inline constexpr std::size_t updates = {UPDATES}; ///< of all rows each",
    f"inline constexpr double bound = {BOUND}; ///< of the clipped gradients' norm",
    f"inline constexpr double l2 = {L2}; ///< in the runs with clipped gradients",
    "",
    "/// rows x features, row-major; then what each row has.",
    *array("rows", rows),
    *array("targets", targets.double()),
    "/// Before the first update. Layer after layer: weights (inputs x units, row-major), biases.",
    *array("parameters", flat(first)),
]
for name, (step, make) in RULES.items():
    lines += [f"/// {name}, after all updates: without anything else, and with clipped gradients and l2."]
    lines += array(f"{name}_plain", trained(step, make))
    lines += array(f"{name}_clipped", trained(step, make, BOUND, L2))

lines += [
    "struct training {",
    "    std::string_view rule;",
    "    double step;",
    "    std::span<const double> plain;",
    "    std::span<const double> clipped;",
    "};",
    "",
    "inline constexpr training trainings[] = {",
    *(f'    {{"{name}", {step}, {name}_plain, {name}_clipped}},' for name, (step, _) in RULES.items()),
    "};",
    "",
    "} // namespace golden::rules",
]
pathlib.Path(__file__).with_suffix(".hpp").write_text("\n".join(lines) + "\n", encoding="ascii")
