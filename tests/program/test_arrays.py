"""IDX and .npy data, their labels in files of their own, and --normalize."""

import csv
import gzip
import struct
import unittest

from harness import DIGITS, DIGITS_TEST, ZIPF, ProgramTest


def digits(path):
    """Rows of 64 pixels, 0 to 16, and labels."""
    with open(path) as file:
        rows = [[int(float(field)) for field in row] for row in csv.reader(file) if row[0][0].isdigit()]
    return [row[:-1] for row in rows], [row[-1] for row in rows]


def idx(values, *shape):
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(values)


def npy(values, shape, kind="<f4", code="f"):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}{code}", *values)


def flat(rows):
    return [value for row in rows for value in row]


class Arrays(ProgramTest):
    def setUp(self):
        super().setUp()
        for part, path in (("train", DIGITS), ("t10k", DIGITS_TEST)):
            rows, labels = digits(path)
            self.write(f"{part}-images-idx3-ubyte", idx(flat(rows), len(rows), 8, 8))
            self.write(f"{part}-labels-idx1-ubyte", idx(labels, len(labels)))
            self.write(f"{part}.npy", npy(flat(rows), (len(rows), 64)))
            self.write(f"{part}-labels.npy", npy(labels, (len(labels),), "<i8", "q"))

    IDX = ("train-images-idx3-ubyte", "--labels", "train-labels-idx1-ubyte")
    IDX_TEST = ("--test", "t10k-images-idx3-ubyte", "--test-labels", "t10k-labels-idx1-ubyte")
    NPY = ("train.npy", "--labels", "train-labels.npy")
    NPY_TEST = ("--test", "t10k.npy", "--test-labels", "t10k-labels.npy")
    RUN = ("--scheme", "sequential", "--epochs", 3, "--quiet")

    def model_of(self, *arguments):
        self.run_program("train", *arguments, *self.RUN, "--model", "m")
        return self.path("m").read_bytes()

    def test_the_same_numbers_make_the_same_model_whatever_the_format(self):
        expected = self.figure(self.run_program("train", DIGITS, "--test", DIGITS_TEST, *self.RUN), "test")
        for data in (self.IDX + self.IDX_TEST, self.NPY + self.NPY_TEST, self.IDX + self.NPY_TEST):
            self.assertEqual(self.figure(self.run_program("train", *data, *self.RUN), "test"), expected)

    def test_compressed(self):
        plain = self.model_of(*self.IDX)
        for name in self.IDX[0], self.IDX[2]:
            self.write(name + ".gz", gzip.compress(self.path(name).read_bytes()))
        self.assertEqual(self.model_of(self.IDX[0] + ".gz", "--labels", self.IDX[2] + ".gz"), plain)

    def test_predict_with_and_without_labels(self):
        self.run_program("train", *self.IDX, *self.IDX_TEST, "--objective", "mlp", *self.RUN, "--model", "m", "--log", "log")
        accuracy = self.log("log")[-1]["test_accuracy"]
        self.assertEqual(self.log("log")[0]["settings"]["test-labels"], self.IDX_TEST[3])
        known = self.run_program("predict", self.IDX_TEST[1], "--labels", self.IDX_TEST[3], "--model", "m")
        self.assertIn(f"accuracy {accuracy:.4f}", known.stderr)
        unknown = self.run_program("predict", self.NPY_TEST[1], "--model", "m")
        self.assertEqual((unknown.stdout, unknown.stderr), (known.stdout, ""))

    def test_convert_and_compare(self):
        self.run_program("convert", self.IDX[0], "digits.csv", "--labels", self.IDX[2])
        rows, labels = digits(self.path("digits.csv"))
        self.assertEqual((rows, labels), digits(DIGITS))
        self.assertIn("writes LIBSVM and CSV", self.run_program("convert", self.IDX[0], "new.npy", code=2).stderr)
        done = self.run_program("compare", *self.IDX, *self.IDX_TEST, "--schemes", "sequential", "--repeat", 1, "--epochs", 1, "--no-tune")
        self.assertIn("sequential", done.stdout)

    def test_labels_that_do_not_belong_are_refused(self):
        def refused(code, *arguments):
            stderr = self.run_program("train", *arguments, "--model", "m", code=code).stderr
            self.assertNotIn("m", self.files())
            return stderr

        self.assertIn("has no labels of its own; give --labels FILE", refused(2, self.IDX[0]))
        self.assertIn("give --test-labels FILE", refused(2, *self.IDX, "--test", self.IDX_TEST[1]))
        self.assertIn("t10k-labels-idx1-ubyte: has 449 labels, but train-images-idx3-ubyte has 1348 rows",
                      refused(3, self.IDX[0], "--labels", self.IDX_TEST[3]))
        self.assertIn("holds an array of 449 x 8 x 8, not one label a row", refused(3, self.IDX[0], "--labels", self.IDX_TEST[1]))
        self.assertIn("--labels has no effect here", refused(2, DIGITS, "--labels", self.IDX[2]))
        self.assertIn("--test-labels has no effect here", refused(2, *self.IDX, "--test-labels", self.IDX_TEST[3]))
        self.assertIn("--cache has no effect here", refused(2, *self.IDX, "--cache", "c"))
        self.assertIn("--label-column has no effect here", refused(2, *self.IDX, "--label-column", "1"))
        self.assertIn("is not named like an IDX or .npy file", refused(2, self.IDX[0], "--labels", DIGITS))
        self.run_program("train", *self.NPY, "--test", DIGITS_TEST, "--label-column", -1, *self.RUN)  # of the test data
        self.assertIn("does not begin like an IDX file", refused(3, DIGITS, "--format", "idx", "--labels", self.IDX[2]))
        self.assertIn("cannot be opened", refused(1, self.IDX[0], "--labels", "nowhere.npy"))
        labels = self.path(self.IDX[2]).read_bytes()
        self.write("cut-ubyte", labels[:-1])
        self.assertIn("cut-ubyte: ends after 1355 bytes", refused(3, self.IDX[0], "--labels", "cut-ubyte"))
        many = [0.5] * 1348
        self.write("halves.npy", npy(many, (1348,)))
        self.assertIn("train-images-idx3-ubyte: row 1: label 0.5 is not an integer",
                      refused(3, self.IDX[0], "--labels", "halves.npy", "--objective", "mlp", "--output", "softmax"))

    def test_normalized_models_predict_from_data_as_it_is(self):
        for method in ("unit", "standard", "minmax"):
            for objective in (("softmax", "--bias"), ("mlp", "--layers", "32")):
                self.run_program("train", DIGITS, "--test", DIGITS_TEST, "--normalize", method, "--objective", *objective, "--log", "log",
                                 "--scheme", "sequential", "--epochs", 20, "--quiet", "--model", "m")
                accuracy = self.log("log")[-1]["test_accuracy"]
                self.assertGreater(accuracy, 0.9, method)
                self.assertEqual(self.log("log")[0]["settings"]["normalize"], method)
                self.assertIn(f"accuracy {accuracy:.4f}", self.run_program("predict", DIGITS_TEST, "--model", "m").stderr)
                # The same rows as LIBSVM text, without their zeros.
                self.run_program("convert", DIGITS_TEST, "test.svm")
                self.assertIn(f"accuracy {accuracy:.4f}", self.run_program("predict", "test.svm", "--model", "m").stderr)

    def test_validation_rows_are_not_learned_from(self):
        # The only row beyond 1 is a validation row for one of the seeds: then minmax does not know of it.
        rows = "".join(f"{i % 2},{i % 2}\n" for i in range(40)) + "1000,1\n"
        self.write("d.csv", rows)
        losses = set()
        for seed in range(1, 9):
            self.run_program("train", "d.csv", "--normalize", "minmax", "--validation", "0.3", "--seed", seed, "--log", "log", *self.RUN,
                             "--objective", "squared", "--step", 0.1)
            losses.add(self.log("log")[-1]["validation_loss"] > 1000)
        self.assertEqual(losses, {True, False})

    def test_normalization_of_sparse_rows_and_cached_ones(self):
        plain = self.model_of(ZIPF, "--normalize", "unit")
        self.assertEqual(self.model_of(ZIPF, "--normalize", "unit", "--cache", "c"), plain)
        self.assertEqual(self.model_of(ZIPF, "--normalize", "unit", "--cache", "c"), plain)
        self.assertNotEqual(self.model_of(ZIPF, "--cache", "c"), plain)
        for method in ("standard", "minmax"):
            self.assertIn("moves zeros, which would fill sparse rows",
                          self.run_program("train", ZIPF, "--normalize", method, code=2).stderr)
        self.assertIn("unknown normalization 'log'", self.run_program("train", ZIPF, "--normalize", "log", code=2).stderr)
        self.assertIn("has no place for --normalize",
                      self.run_program("train", ZIPF, "--normalize", "unit", "--model", "m", "--model-format", "liblinear", code=2).stderr)

    def test_a_checkpoint_keeps_the_normalization(self):
        run = (DIGITS, "--normalize", "standard", "--scheme", "sequential", "--quiet")
        self.run_program("train", *run, "--epochs", 4, "--model", "whole", "--checkpoint", "c")
        self.run_program("train", DIGITS, "--quiet", "--model", "again", "--resume", "c")
        self.assertEqual(self.path("again").read_bytes(), self.path("whole").read_bytes())
        self.assertIn("normalize", self.run_program("train", DIGITS, "--normalize", "unit", "--scheme", "sequential", "--resume", "c", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
