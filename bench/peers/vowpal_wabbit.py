"""Vowpal Wabbit, on the data in its own format: its defaults in one and in ten passes, and its batch method (--bfgs)."""

import math
import shutil

import measure
from contestant import Contestant

NAME = "Vowpal Wabbit"


def find(options):
    return options.vw or shutil.which("vw")


def version(program):
    return measure.printed([program, "--version"]).strip()


def convert(task, target):
    """Writes LIBSVM text in Vowpal Wabbit's format: labels +1 and -1, and one namespace without a name, where a number is its own hash."""
    with open(task.train, encoding="ascii") as lines, open(target, "w", encoding="ascii") as out:
        for line in lines:
            fields = line.split("#")[0].split()
            if fields:
                label = 1 if float(fields[0]) == task.positive_label else -1
                out.write(f"{label} | {' '.join(fields[1:])}\n")


def contestants(program, task):
    data = task.work / "train.vw"
    cache = task.work / "train.vw.cache"
    bits = max(18, math.ceil(math.log2(task.features + 1)))  # no two features share a weight; 18 is its default
    common = ["-d", data, "--loss_function", "logistic", "--noconstant", "-b", str(bits), "--quiet"]
    several = ["--holdout_off", "--cache_file", cache, "-k"]  # all rows in each pass; -k makes the cache anew, which counts

    def prepare():
        if not data.exists():
            convert(task, data)

    ways = [
        ("vw", ["--l2", repr(task.l2)]),
        ("vw --passes 10", [*several, "--passes", "10", "--l2", repr(task.l2)]),
        # --bfgs adds the regulariser once to the sum of the losses, where descent adds it to each loss.
        ("vw --bfgs --passes 30", [*several, "--bfgs", "--passes", "30", "--l2", repr(task.l2 * task.rows)]),
    ]
    found = []
    for name, arguments in ways:
        model = task.work / (name.replace(" ", "") + ".model")
        text = model.with_suffix(".txt")
        export = [program, "--quiet", "-t", "-i", model, "-d", "/dev/null", "--readable_model", text]
        found.append(
            Contestant(name, [program, *common, *arguments, "-f", model], model, "vowpal-wabbit", prepare, export=export, exported=text)
        )
    return found
