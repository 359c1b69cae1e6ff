#!/usr/bin/python3
"""Writes tests/golden/losses.hpp: values and derivatives of the losses, from textbook formulas in numpy's extended precision.

The formulas are the naive ones, in 64-bit mantissas, where the library has guarded ones in 24 and 53: a different method for the same numbers.
Scores are multiples of 1/64, so that they are exact in every precision."""

import pathlib

import numpy

wide = numpy.longdouble
scores = [wide(n) / 64 for n in (-1280, -307, -64, -63, -10, 0, 1, 33, 63, 64, 65, 127, 128, 400, 1280)]


def logistic(s, y):
    return numpy.logaddexp(wide(0), -y * s), -y / (1 + numpy.exp(y * s))


def hinge(s, y):
    return (1 - y * s, -y) if y * s < 1 else (0, 0)


def squared_hinge(s, y):
    return ((1 - y * s) ** 2, -2 * y * (1 - y * s)) if y * s < 1 else (0, 0)


def squared(s, y):
    return (s - y) ** 2 / 2, s - y


def huber(s, y):
    r = s - y
    return (r * r / 2, r) if abs(r) <= 1 else (abs(r) - wide(1) / 2, numpy.sign(r))


signs = [wide(-1), wide(1)]
numbers = [wide(-3) / 2, wide(0), wide(9) / 4]
tables = [(logistic, signs), (hinge, signs), (squared_hinge, signs), (squared, numbers), (huber, numbers)]

lines = [
    "// Losses and derivatives from an independent implementation; written by losses.py beside it.",
    "#pragma once",
    "",
    "#include <string_view>",
    "",
    "namespace golden {",
    "",
    "struct loss_point {",
    "    std::string_view loss;",
    "    double score;",
    "    double target;",
    "    double value;",
    "    double derivative;",
    "};",
    "",
    "inline constexpr loss_point losses[] = {",
]
for loss, targets in tables:
    for y in targets:
        for s in scores:
            value, derivative = loss(s, y)
            texts = [numpy.format_float_scientific(wide(x), precision=16) for x in (s, y, value, derivative)]
            lines.append(f'    {{"{loss.__name__}", {", ".join(texts)}}},')

weights = [wide(n) / 16 for n in (8, -24, 40, 3, 0, -16)]  # 2 features x 3 classes, row-major
bias = [wide(n) / 16 for n in (4, 0, -8)]
row = [wide(3) / 2, wide(-2)]
logits = [sum(row[j] * weights[3 * j + c] for j in range(2)) + bias[c] for c in range(3)]
normaliser = sum(numpy.exp(z) for z in logits)
chances = [numpy.exp(z) / normaliser for z in logits]


def joined(numbers):
    return ", ".join(numpy.format_float_scientific(wide(x), precision=16) for x in numbers)


lines += [
    "};",
    "",
    "// A softmax of two features and three classes: W (2 x 3, row-major), b, x, the probabilities and the loss of each target.",
    f"inline constexpr double softmax_weights[] = {{{joined(weights)}}};",
    f"inline constexpr double softmax_bias[] = {{{joined(bias)}}};",
    f"inline constexpr double softmax_row[] = {{{joined(row)}}};",
    f"inline constexpr double softmax_probabilities[] = {{{joined(chances)}}};",
    f"inline constexpr double softmax_losses[] = {{{joined(-numpy.log(p) for p in chances)}}};",
    "",
    "} // namespace golden",
]
pathlib.Path(__file__).with_name("losses.hpp").write_text("\n".join(lines) + "\n")
