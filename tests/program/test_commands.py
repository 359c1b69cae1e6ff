"""predict, convert, generate, schemes, the manual, and data from pipes and compressed files."""

import gzip
import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import DIGITS, DIGITS_TEST, PROGRAM, TOP, ZIPF, ZIPF_TEST, ProgramTest


def libsvm_rows(path):
    """An independent reader: (label, {index: value}) of each row."""
    for line in path.read_text().splitlines():
        label, *entries = line.split()
        yield float(label), {int(index): float(value) for index, value in (entry.split(":") for entry in entries)}


class Predict(ProgramTest):
    def train(self, *options):
        self.run_program("train", ZIPF, "--model", "m", "--quiet", "--scheme", "sequential", *options)

    def test_agrees_with_weights_multiplied_by_hand(self):
        self.train("--model-format", "liblinear", "--bias")
        head, weights = self.path("m").read_text().split("\nw\n")
        self.assertIn("label 1 -1", head)
        *weights, bias = map(float, weights.split())
        right = 0
        predicted = self.run_program("predict", ZIPF_TEST, "--model", "m")
        scores = self.run_program("predict", ZIPF_TEST, "--model", "m", "--type", "scores").stdout.split()
        labels = predicted.stdout.split()
        for (label, row), answer, score in zip(libsvm_rows(ZIPF_TEST), labels, scores, strict=True):
            by_hand = bias + sum(weights[index - 1] * value for index, value in row.items())
            self.assertAlmostEqual(by_hand, float(score), places=4)
            self.assertEqual(float(answer), 1 if float(score) > 0 else -1)
            right += float(answer) == label
        self.assertIn(f"accuracy {right / 1000:.4f} ({right} of 1,000 rows)", predicted.stderr)

    def test_agrees_with_liblinear(self):
        if shutil.which("liblinear-predict") is None:
            self.skipTest("liblinear-predict is not installed")
        self.train("--model-format", "liblinear")
        subprocess.run(["liblinear-predict", ZIPF_TEST, "m", "theirs"], cwd=self.directory, check=True, capture_output=True)
        self.assertEqual(self.run_program("predict", ZIPF_TEST, "--model", "m").stdout, self.path("theirs").read_text())

    def test_probabilities(self):
        self.run_program("train", DIGITS, "--model", "m", "--quiet")
        done = self.run_program("predict", DIGITS_TEST, "--model", "m", "--type", "probabilities")
        labels = self.run_program("predict", DIGITS_TEST, "--model", "m", "--type", "labels").stdout.split()
        for line, label in zip(done.stdout.splitlines(), labels, strict=True):
            values = [float(value) for value in line.split()]
            self.assertAlmostEqual(sum(values), 1, places=4)
            self.assertEqual(values.index(max(values)), int(label))
        self.train("--objective", "hinge")
        self.assertIn("hinge", self.run_program("predict", ZIPF, "--model", "m", "--type", "probabilities", code=2).stderr)

    def test_probabilities_are_in_the_order_of_labels_whatever_that_of_the_model(self):
        for labels, weights, expected in (("0 1", "2", ["0.8808", "0.1192"]), ("1 0", "2", ["0.1192", "0.8808"])):
            self.write("m", f"solver_type L2R_LR\nnr_class 2\nlabel {labels}\nnr_feature 1\nbias -1\nw\n{weights} \n")
            done = self.run_program("predict", "-", "--model", "m", "--type", "probabilities", stdin=b"0 1:1\n")
            self.assertEqual([f"{float(value):.4f}" for value in done.stdout.split()], expected)
            score = self.run_program("predict", "-", "--model", "m", "--type", "scores", stdin=b"0 1:1\n").stdout
            self.assertEqual(float(score), -2 if labels == "0 1" else 2)  # above 0 for the greater label
        self.write("m", "solver_type L2R_LR\nnr_class 3\nlabel 3 1 2\nnr_feature 1\nbias -1\nw\n3 1 2 \n")
        scores = self.run_program("predict", "-", "--model", "m", "--type", "scores", stdin=b"0 1:1\n")
        self.assertEqual(scores.stdout.split(), ["1", "2", "3"])

    def test_output_is_all_or_nothing(self):
        self.train()
        self.run_program("predict", ZIPF_TEST, "--model", "m", "--output", "p.gz")
        before = self.path("p.gz").read_bytes()
        self.assertEqual(len(gzip.decompress(before).split()), 1000)
        self.write("bad", "1 1:1\n1 2001:1\n")
        done = self.run_program("predict", "bad", "--model", "m", "--output", "p.gz", code=3)
        self.assertRegex(done.stderr, "bad:2:3: index 2001 is beyond the 2000 features of the model")
        self.assertEqual((self.path("p.gz").read_bytes(), self.files()), (before, ["bad", "m", "p.gz"]))

    def test_labels_that_the_model_does_not_know_count_as_wrong(self):
        self.train()
        self.assertIn("accuracy 0.0000 (0 of 2 rows)", self.run_program("predict", "-", "--model", "m", stdin=b"7 1:1\n9 2:1\n").stderr)

    def test_data_without_labels_and_other_formats(self):
        self.run_program("train", DIGITS, "--model", "m", "--quiet")
        unlabelled = "".join(line.rsplit(",", 1)[0] + "\n" for line in DIGITS_TEST.read_text().splitlines())
        done = self.run_program("predict", "-", "--model", "m", "--format", "csv", "--label-column", "none", stdin=unlabelled.encode())
        self.assertEqual(done.stdout, self.run_program("predict", DIGITS_TEST, "--model", "m").stdout)
        self.assertEqual(done.stderr, "")
        self.train()
        shifted = "1 0:1 5:2\n"
        self.assertEqual(self.run_program("predict", "-", "--model", "m", "--index-base", "0", "--type", "scores", stdin=shifted.encode()).stdout,
                         self.run_program("predict", "-", "--model", "m", "--type", "scores", stdin=b"1 1:1 6:2\n").stdout)


class Input(ProgramTest):
    def test_pipes_and_compression_change_nothing(self):
        text = ZIPF.read_bytes()
        self.run_program("train", ZIPF, "--scheme", "sequential", "--model", "plain")
        self.write("data.gz", gzip.compress(text))
        self.run_program("convert", ZIPF, "data.zst")
        self.run_program("train", "data.gz", "--scheme", "sequential", "--model", "gz")
        self.run_program("train", "data.zst", "--scheme", "sequential", "--model", "zst")
        self.run_program("train", "-", "--format", "libsvm", "--scheme", "sequential", "--model", "pipe", stdin=text)
        self.run_program("train", "-", "--scheme", "sequential", "--model", "gz-pipe", stdin=gzip.compress(text))
        models = {}
        for name in ("plain", "gz", "zst", "pipe", "gz-pipe"):
            self.run_program("predict", ZIPF_TEST, "--model", name, "--type", "scores", "--output", "scores")
            models[name] = self.path("scores").read_bytes()
        self.assertEqual(len(set(models.values())), 1)

    def test_more_threads_than_rows(self):
        self.run_program("train", "-", "--threads", 8, "--scheme", "synchronous", stdin=b"1 1:1\n-1 2:1\n-1\n")


class Convert(ProgramTest):
    def test_round_trip(self):
        self.run_program("convert", DIGITS, "a.svm.gz")
        self.run_program("convert", "a.svm.gz", "b.csv")
        self.run_program("convert", "b.csv", "-", "--to", "libsvm", "--label-column", "label")
        self.run_program("convert", "b.csv", "c", "--from", "csv")
        self.assertEqual(gzip.decompress(self.path("a.svm.gz").read_bytes()), self.path("c").read_bytes())
        numbers = [line for line in DIGITS.read_text().splitlines()[1:]]
        self.assertEqual(self.path("b.csv").read_text().splitlines()[1:], numbers)

    def test_values_survive_exactly(self):
        self.write("a", "0.1 1:0.1 3:-1e-30 # comment\n\n-7 2:3e38\n")
        self.run_program("convert", "a", "b", "--index-base", "1")
        self.assertEqual(self.path("b").read_text(), "0.1 1:0.1 3:-1e-30\n-7 2:3e+38\n")

    def test_bad_input_leaves_the_output_alone(self):
        self.write("out", "before")
        self.write("bad", "1 1:x\n")
        self.run_program("convert", "bad", "out", code=3)
        self.assertEqual((self.files(), self.path("out").read_text()), (["bad", "out"], "before"))


class Generate(ProgramTest):
    def test_shipped_data_is_made_by_the_commands_beside_it(self):
        commands = re.findall(r"peccary (generate .+)", (TOP / "data" / "README.md").read_text())
        self.assertEqual(len(commands), 2)
        for command in commands:
            *arguments, shipped = command.split()
            self.run_program(*arguments, "made")
            self.assertEqual(self.path("made").read_bytes(), (TOP / shipped).read_bytes(), shipped)

    def test_truth_explains_all_but_the_noise(self):
        self.run_program("generate", "zipf", "--rows", 3000, "--features", 500, "--nonzeros", 20, "--noise", 0.1, "--seed", 3, "--output", "z",
                         "--truth", "t")
        accuracy = re.search(r"accuracy ([0-9.]+)", self.run_program("predict", "z", "--model", "t").stderr)[1]
        self.assertAlmostEqual(float(accuracy), 0.9, delta=0.02)

    def test_rows_do_not_depend_on_where_one_starts(self):
        for kind, options in (("zipf", ("--nonzeros", 5)), ("blobs", ("--classes", 4))):
            whole = self.run_program("generate", kind, "--rows", 20, "--features", 30, *options).stdout.splitlines()
            part = self.run_program("generate", kind, "--rows", 5, "--skip-rows", 15, "--features", 30, *options).stdout.splitlines()
            self.assertEqual(whole[-5:], part[-5:])
            other = self.run_program("generate", kind, "--rows", 5, "--seed", 2, "--features", 30, *options).stdout.splitlines()
            self.assertNotEqual(whole[:5], other[:5])

    def test_zipf_looks_like_text(self):
        self.run_program("generate", "zipf", "--rows", 2000, "--features", 1000, "--nonzeros", 30, "--output", "z")
        counts = {}
        for _, row in libsvm_rows(self.path("z")):
            self.assertAlmostEqual(sum(value * value for value in row.values()), 1, places=2)
            self.assertTrue(15 <= len(row) <= 46, len(row))
            for index in row:
                counts[index] = counts.get(index, 0) + 1
        frequencies = sorted(counts.values(), reverse=True)
        self.assertGreater(frequencies[0], 1500)  # a stop word
        self.assertLess(frequencies[500], 60)


class Descriptions(ProgramTest):
    def test_schemes(self):
        listed = json.loads(self.run_program("schemes", "--json").stdout)
        table = self.run_program("schemes").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in table[1:]], [scheme["name"] for scheme in listed])
        for scheme in listed:
            self.assertLessEqual({"name", "paper", "consistency", "access", "deterministic", "parallel"}, scheme.keys())
            self.assertIn(scheme["name"], self.run_program("train", "--help").stdout)

    def options(self):
        for command in ("train", "predict", "schemes", "generate", "convert"):
            for option in re.findall(r"^  (?:-h,)?(--[a-z0-9-]+)", self.run_program(command, "--help").stdout, re.MULTILINE):
                yield command, option

    def test_manual_has_every_option(self):
        manual = self.run_program("manual").stdout.replace("\\-", "-")
        for command, option in self.options():
            self.assertIn(option, manual.split(f".SS peccary {command}")[1].split(".SS ")[0], command)

    def test_every_option_is_tested(self):
        tests = "".join(path.read_text() for path in Path(__file__).parent.glob("*.py"))
        for command, option in self.options():
            self.assertIn(f'"{option}"', tests, command)


if __name__ == "__main__":
    unittest.main()
