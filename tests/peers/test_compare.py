#!/usr/bin/env python3
"""bench/peers/compare measures what it says: with made peers whose models are known, and with the real ones that are installed.

Objective values, optimum and accuracy are computed here a second time, by loops over plain Python numbers.

The environment variable PECCARY names a built program to try too; needs a Python with scipy, as the comparison does.
"""

import array
import json
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

COMPARE = Path(__file__).resolve().parents[2] / "bench" / "peers" / "compare"
sys.dont_write_bytecode = True  # nothing is left behind in bench/
sys.path.insert(0, str(COMPARE.parent))
import interpreter

HAS_SCIPY = interpreter.find(["numpy", "scipy"]) is not None
HAS_SCIKIT_LEARN = interpreter.find(["sklearn"]) is not None
LIBLINEAR = shutil.which("liblinear-train")
PECCARY = os.environ.get("PECCARY")

FEATURES = 3
PECCARY_WEIGHTS = [0.75, -0.5, 0.25]
LIBLINEAR_WEIGHTS = [1.0, -1.0, 0.0]
VW_WEIGHTS = [0.5, 0.0, -2.0]

# Each is a Python program's body; `after` is the argument that follows another one.
PEERS = {
    "peccary": f"""
if arguments == ["--version"]:
    print("peccary 9.9.9")
elif arguments == ["train", "--help"]:
    print("  --cache FILE")
elif arguments[0] == "convert-model":
    assert arguments[3:] == ["--to", "liblinear"], arguments
    open(arguments[2], "w").write(open(arguments[1]).read().removeprefix("its own form\\n"))
else:
    assert arguments[0] == "train" and "--fail" not in arguments, arguments
    weights = [0.0] * {FEATURES} if after("--epochs") == "1" else {PECCARY_WEIGHTS}
    if after("--cache"):
        weights = [2 * weight for weight in weights] if os.path.exists(after("--cache")) else weights
        open(after("--cache"), "w").close()
    liblinear_model(after("--model"), "1 -1", weights)
    text = open(after("--model")).read()
    open(after("--model"), "w").write("its own form\\n" + text)
""",
    "liblinear-train": f"""
assert after("-s") in ("0", "7") and float(after("-c")) == 1
if after("-s") == "7":
    sys.exit("out of luck")
liblinear_model(arguments[-1], "-1 1", [-weight for weight in {LIBLINEAR_WEIGHTS}])
""",
    "vw": f"""
if arguments == ["--version"]:
    print("9.0")
elif after("--readable_model"):
    with open(after("--readable_model"), "w") as text:
        print("Version 9.0", "bits:18", "options: --noconstant", ":0", sep="\\n", file=text)
        for index, weight in enumerate({VW_WEIGHTS}, 1):
            if weight:
                print(f"{{index}}:{{weight}}", file=text)
else:
    first = open(after("-d")).readline()
    assert first.split()[0] in ("1", "-1") and first.split()[1] == "|", first
    open(after("-f"), "w").close()
""",
}

PRELUDE = """#!{python}
import os, sys
arguments = sys.argv[1:]
def after(name):
    return arguments[arguments.index(name) + 1] if name in arguments else None
def liblinear_model(path, labels, weights):
    with open(path, "w") as text:
        header = ["solver_type L2R_LR", "nr_class 2", "label " + labels, f"nr_feature {{len(weights)}}", "bias -1", "w"]
        print(*header, *weights, sep="\\n", file=text)
"""


def made_data(seed, rows):
    """[(label, {index: value})], separable by no w."""
    stream = random.Random(seed)
    found = []
    for _ in range(rows):
        features = {index: stream.uniform(-1, 1) for index in range(1, FEATURES + 1) if stream.random() < 0.8}
        score = sum(weight * features.get(index, 0) for index, weight in enumerate([2, -1, 0.5], 1))
        found.append((1 if score + stream.gauss(0, 0.7) > 0 else -1, features))
    return found


def libsvm(data):
    return "".join(f"{label:+d} " + " ".join(f"{index}:{value!r}" for index, value in features.items()) + "\n" for label, features in data)


TRAIN, TEST = made_data(1, 60), made_data(2, 30)


def margins(data, weights):
    return [label * sum(weights[index - 1] * value for index, value in features.items()) for label, features in data]


def objective(weights):
    loss = sum(math.log1p(math.exp(-margin)) for margin in margins(TRAIN, weights))
    return (loss + sum(weight * weight for weight in weights) / 2) / len(TRAIN)  # l2 is 1 / rows


def accuracy(weights):
    """A score of 0 is for the negative label."""
    return sum((margin * label > 0) == (label > 0) for (label, _), margin in zip(TEST, margins(TEST, weights))) / len(TEST)


def optimum():
    """Gradient descent until it stands still."""
    weights = [0.0] * FEATURES
    for _ in range(5000):
        gradient = list(weights)
        for (label, features), margin in zip(TRAIN, margins(TRAIN, weights)):
            for index, value in features.items():
                gradient[index - 1] -= label * value / (1 + math.exp(margin))
        weights = [weight - slope / len(TRAIN) for weight, slope in zip(weights, gradient)]
    return objective(weights)


def liblinear_weights(path):
    """The weights for the label 1 of a model in liblinear's text format."""
    lines = path.read_text().split("\n")
    weights = [float(line) for line in lines[lines.index("w") + 1 :] if line.strip()]
    return weights if "label 1 -1" in lines else [-weight for weight in weights]


def numpy_weights(path):
    """The doubles of the member `weights` of an .npz file."""
    with zipfile.ZipFile(path) as members:
        member = members.read("weights.npy")
    header = 10 + struct.unpack("<H", member[8:10])[0]
    return list(array.array("d", member[header:]))


class Comparison(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.file("train", libsvm(TRAIN))
        self.file("test", libsvm(TEST))
        for name, body in PEERS.items():
            self.file(name, PRELUDE.format(python=sys.executable) + body).chmod(0o755)

    def file(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def compare(self, *arguments, **programs):
        """Runs it on the made data, or on the files that come first, with the made peers, or what `programs` names in place of them."""
        chosen = {"peccary": "peccary", "liblinear": "liblinear-train", "vw": "vw"} | programs
        options = [f"--{name}={self.directory / program}" for name, program in chosen.items()]
        files = [] if arguments and Path(arguments[0]).exists() else [self.directory / "train", self.directory / "test"]
        command = [sys.executable, COMPARE, *arguments, *files, *options, "--repeat=1", f"--json={self.directory / 'result'}"]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})

    def result(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads((self.directory / "result").read_text())
        return result, {row["name"]: row for row in result["contestants"]}

    def assert_quality(self, row, weights, best):
        self.assertAlmostEqual(row["objective_value"]["median"], objective(weights), places=12)
        self.assertAlmostEqual(row["gap"]["median"], objective(weights) / best - 1, places=8)
        self.assertAlmostEqual(row["test_accuracy"]["median"], accuracy(weights), places=12)


@unittest.skipUnless(HAS_SCIPY, "no Python with numpy and scipy")
class MadePeers(Comparison):
    def test_values_of_known_models(self):
        done = self.compare("--only=^(peccary|liblinear|vw)", "--variant=--epochs 2", "--gap=1000", "--accuracy=0.5")
        result, rows = self.result(done)
        best = optimum()
        self.assertAlmostEqual(result["optimum"]["objective_value"], best, places=9)
        self.assertEqual(result["data"]["rows"], len(TRAIN))
        self.assertEqual(result["data"]["nonzeros"], sum(len(features) for _, features in TRAIN))

        self.assert_quality(rows["peccary"], PECCARY_WEIGHTS, best)
        self.assert_quality(rows["peccary --epochs 1"], [0.0] * FEATURES, best)
        self.assert_quality(rows["peccary --epochs 2"], PECCARY_WEIGHTS, best)
        self.assert_quality(rows["peccary --cache, warm"], [2 * weight for weight in PECCARY_WEIGHTS], best)
        self.assert_quality(rows["liblinear -s 0"], LIBLINEAR_WEIGHTS, best)
        self.assert_quality(rows["vw --bfgs --passes 30"], VW_WEIGHTS, best)

        for row in rows.values():
            wall = row["wall_seconds"]["all"]
            self.assertEqual(len(wall), 1)
            self.assertGreater(wall[0], 0)
            self.assertAlmostEqual(row["ratio_to_peccary"]["median"], wall[0] / rows["peccary"]["wall_seconds"]["median"])
            self.assertGreater(row["peak_bytes"]["median"], 1e6)
            self.assertNotIn(str(self.directory), " ".join(row["command"]))

        self.assertEqual(result["versions"]["Peccary"], "peccary 9.9.9")
        self.assertEqual(result["versions"]["Vowpal Wabbit"], "9.0")
        self.assertEqual(set(result["left_out"]), {"liblinear -s 7", "liblinear -s 7 -e 10"})
        self.assertIn("exit code 1: out of luck", result["left_out"]["liblinear -s 7"])
        fastest = min((row for row in rows.values() if row["peer"] == "Vowpal Wabbit"), key=lambda row: row["wall_seconds"]["median"])
        self.assertEqual(result["soonest"]["gap of at most 1000 %"]["Vowpal Wabbit"], fastest["name"])

        lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
        self.assertIn(f"{100 * rows['peccary']['gap']['median']:.3g}", lines["peccary"].split())
        self.assertIn(f"{accuracy(VW_WEIGHTS):.4f}", lines["vw"].split())
        self.assertIn("liblinear -s 7: left out, ", done.stdout)
        self.assertIn("Soonest to a test accuracy of at least 0.5:", done.stdout)

    def test_goal_that_nobody_reaches(self):
        result, _ = self.result(self.compare("--only=vw$", "--gap=0"))
        self.assertEqual(result["soonest"], {"gap of at most 0 %": {"Peccary": None, "Vowpal Wabbit": None}})

    def test_peccary_must_not_fail(self):
        self.file("peccary", PRELUDE.format(python=sys.executable) + "sys.exit(4 if len(arguments) > 2 else 0)")
        done = self.compare("--only=nobody")
        self.assertEqual(done.returncode, 1)
        self.assertIn("exit code 4", done.stderr)
        self.assertFalse((self.directory / "result").exists())

    def test_variant_that_fails_is_left_out(self):
        result, _ = self.result(self.compare("--only=--fail", "--variant=--fail"))
        self.assertEqual(list(result["left_out"]), ["peccary --fail"])

    def test_missing_program(self):
        done = self.compare(peccary="nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere: No such file", done.stderr)

    def test_unusable_data(self):
        for text, complaint in {
            "+1 1:2\n-1 1:x\n": "data:2: not LIBSVM text",
            "+1 1:2\n-1 1\n": "data:2: not LIBSVM text",
            "+1 0:2\n-1 1:1\n": "an index below 1",
            "1 1:2\n2 1:1\n3 1:1\n": "3 labels",
            "# nothing\n": "no rows",
        }.items():
            with self.subTest(text=text):
                done = self.compare(self.file("data", text))
                self.assertEqual(done.returncode, 1)
                self.assertIn(complaint, done.stderr)

    def test_test_file_of_other_labels(self):
        done = self.compare(self.directory / "train", self.file("data", "7 1:1\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("the label 7 does not occur in", done.stderr)

    def test_usage(self):
        for option in ("--repeat=0", "--passes=1,0", "--only=(", "--accuracy=0.9"):
            with self.subTest(option=option):
                command = [sys.executable, COMPARE, self.directory / "train", option]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 2)
                self.assertIn(option.split("=")[0], done.stderr)


@unittest.skipUnless(HAS_SCIPY, "no Python with numpy and scipy")
class RealPeers(Comparison):
    @unittest.skipUnless(LIBLINEAR, "liblinear-train is not installed")
    def test_liblinear_minimises_the_same_objective(self):
        _, rows = self.result(self.compare("--only=liblinear", f"--work={self.directory}", liblinear=LIBLINEAR))
        best = optimum()
        for name, within in {"liblinear -s 0 -e 0.001": 1e-3, "liblinear -s 7": 1e-2}.items():
            self.assertLess(rows[name]["gap"]["median"], within)
            self.assert_quality(rows[name], liblinear_weights(self.directory / f"{name.replace(' ', '')}.model"), best)

    @unittest.skipUnless(HAS_SCIKIT_LEARN, "no Python with scikit-learn")
    def test_scikit_learn_minimises_the_same_objective(self):
        _, rows = self.result(self.compare("--only=averaged", "--passes=300", f"--work={self.directory}"))
        row = rows["scikit-learn 300 passes, averaged"]
        self.assertLess(row["gap"]["median"], 0.05)
        self.assert_quality(row, numpy_weights(self.directory / "scikit-learn.300.True.npz"), optimum())
        self.assertLess(row["read_seconds"]["median"] + row["fit_seconds"]["median"], row["wall_seconds"]["median"])

    @unittest.skipUnless(PECCARY, "the environment variable PECCARY names no program")
    def test_peccary_minimises_the_same_objective(self):
        arguments = ["--only=--epochs 100", "--variant=--epochs 100", f"--work={self.directory}"]
        result, rows = self.result(self.compare(*arguments, peccary=PECCARY))
        self.assertIn("peccary", result["versions"]["Peccary"])
        self.assertLess(rows["peccary --epochs 100"]["gap"]["median"], 0.05)
        self.assert_quality(rows["peccary"], liblinear_weights(self.directory / "peccary.0.txt"), optimum())


if __name__ == "__main__":
    unittest.main()
