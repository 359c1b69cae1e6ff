#!/usr/bin/python3
"""Writes tests/golden/delay_models.hpp: shares of the geometric and the Poisson distribution, and fits to a sample, by scipy.

Needs Debian's python3-scipy. Logarithms of shares that double precision cannot hold are summed from the logarithms of single probabilities."""

import pathlib

import numpy
from scipy import special, stats

MEANS = (0.01, 0.5, 1.0, 7.0, 63.7, 1500.0)
BINS = ((0, 0), (1, 1), (5, 5), (63, 63), (0, 63), (64, 65), (1504, 1535), (2048, 2111), (1 << 20, (1 << 20) + (1 << 15) - 1))


def distributions(mean):
    """scipy's geometric distribution counts trials, from 1."""
    return {"geometric": stats.geom(1 / (1 + mean), loc=-1), "Poisson": stats.poisson(mean)}


def log_share(law, first, last):
    return special.logsumexp(law.logpmf(numpy.arange(first, last + 1)))


# A sample of bimodal delays; all values are below 64, so that each has a bin of its own.
values = numpy.array([0] * 40 + [1] * 25 + [2] * 12 + [3] * 3 + [7] * 9 + [8] * 6 + [30, 31, 31, 60, 63])
measured = numpy.bincount(values, minlength=64) / len(values)

lines = [
    "// Shares and fits of delay models from an independent implementation; written by delay_models.py beside it.",
    "#pragma once",
    "",
    "#include <cstdint>",
    "#include <string_view>",
    "",
    "namespace golden {",
    "",
    "struct model_share {",
    "    std::string_view model;",
    "    double mean;",
    "    std::uint64_t first;",
    "    std::uint64_t last;",
    "    double log_share;",
    "};",
    "",
    "inline constexpr model_share model_shares[] = {",
]
for mean in MEANS:
    for name, law in distributions(mean).items():
        for first, last in BINS:
            lines.append(f'    {{"{name}", {mean}, {first}, {last}, {log_share(law, first, last):.17g}}},')
lines += [
    "};",
    "",
    "struct repeated_delay {",
    "    std::uint64_t value;",
    "    std::uint64_t times;",
    "};",
    "",
    "inline constexpr repeated_delay delays[] = {",
    *(f"    {{{value}, {times}}}," for value, times in zip(*numpy.unique(values, return_counts=True))),
    "};",
    "",
    "struct model_fit {",
    "    std::string_view model;",
    "    double total_variation;",
    "    double kolmogorov;",
    "    double log_likelihood;",
    "};",
    "",
    "inline constexpr model_fit model_fits[] = {",
]
support = numpy.arange(100_000)
for name, law in distributions(values.mean()).items():
    padded = numpy.pad(measured, (0, len(support) - len(measured)))
    total_variation = numpy.abs(padded - law.pmf(support)).sum() / 2
    kolmogorov = numpy.abs(numpy.cumsum(padded) - law.cdf(support)).max()
    lines.append(f'    {{"{name}", {total_variation:.17g}, {kolmogorov:.17g}, {law.logpmf(values).mean():.17g}}},')
lines += ["};", "", "} // namespace golden", ""]
pathlib.Path(__file__).with_suffix(".hpp").write_text("\n".join(lines))
