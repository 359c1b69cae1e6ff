"""--model-format safetensors, convert-model, and prediction from both; the file is read here by a reader of our own, and by others' if installed."""

import json
import math
import random
import struct
import unittest

from harness import DIGITS, DIGITS_TEST, ZIPF, ZIPF_TEST, ProgramTest

try:
    import safetensors
    import safetensors.numpy
except ImportError:
    safetensors = None


def read(path):
    """The metadata, and of each tensor its shape and values, by the format's definition."""
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    assert size % 8 == 0
    end = 0
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32" and entry["data_offsets"][0] == end
        begin, end = entry["data_offsets"]
        values = struct.unpack_from(f"<{(end - begin) // 4}f", data, 8 + size + begin)
        assert len(values) == math.prod(entry["shape"])
        tensors[name] = entry["shape"], values
    assert 8 + size + end == len(data)
    return metadata, tensors


def digits(path):
    return [list(map(float, line.split(",")[:-1])) for line in path.read_text().splitlines()[1:]]


class Safetensors(ProgramTest):
    def predictions(self, model, data=DIGITS_TEST, kind="scores"):
        return self.run_program("predict", data, "--model", model, "--type", kind).stdout

    def test_a_network_in_the_file_computes_what_the_program_predicts(self):
        self.run_program("train", DIGITS, "--objective", "mlp", "--layers", "8,6", "--activation", "tanh", "--normalize", "minmax", "--epochs", 3,
                         "--scheme", "sequential", "--model", "m", "--model-format", "safetensors", "--quiet")
        metadata, tensors = read(self.path("m"))
        self.assertEqual({name: metadata[name] for name in ("objective", "features", "labels", "activation", "output", "normalize")},
                         {"objective": "mlp", "features": "64", "labels": "0 1 2 3 4 5 6 7 8 9", "activation": "tanh", "output": "softmax",
                          "normalize": "minmax"})
        self.assertEqual(json.loads(metadata["metadata.options"])["layers"], "8,6")
        scores = [list(map(float, line.split())) for line in self.predictions("m").splitlines()]
        for row, expected in list(zip(digits(DIGITS_TEST), scores, strict=True))[:40]:
            values = [(x - shift) * factor for x, shift, factor in zip(row, tensors["normalize.shift"][1], tensors["normalize.factor"][1])]
            for layer in (1, 2, 3):
                (inputs, units), weights = tensors[f"layer{layer}.weights"]
                bias = tensors[f"layer{layer}.bias"][1]
                self.assertEqual(len(values), inputs)
                values = [bias[u] + sum(values[i] * weights[i * units + u] for i in range(inputs)) for u in range(units)]
                if layer < 3:
                    values = list(map(math.tanh, values))
            for mine, its in zip(values, expected, strict=True):
                self.assertAlmostEqual(mine, its, places=3)

    def test_formats_convert_into_each_other_without_loss(self):
        for data, options in ((ZIPF, ("--objective", "logistic", "--bias")), (DIGITS, ("--objective", "softmax", "--normalize", "standard")),
                              (ZIPF, ("--objective", "mlp", "--layers", "4", "--output", "logistic"))):
            test = ZIPF_TEST if data == ZIPF else DIGITS_TEST
            self.run_program("train", data, *options, "--epochs", 2, "--scheme", "sequential", "--model", "own", "--quiet")
            self.run_program("convert-model", "own", "tensors", "--to", "safetensors")
            self.run_program("convert-model", "tensors", "back", "--to", "peccary")
            self.assertEqual(self.path("back").read_bytes(), self.path("own").read_bytes())
            for kind in ("scores", "labels", "probabilities"):
                self.assertEqual(self.predictions("tensors", test, kind), self.predictions("own", test, kind))
        self.run_program("train", ZIPF, "--objective", "logistic", "--epochs", 2, "--scheme", "sequential", "--model", "own", "--quiet")
        self.run_program("convert-model", "own", "liblinear", "--to", "liblinear")
        self.run_program("convert-model", "liblinear", "tensors", "--to", "safetensors")
        self.assertEqual(self.predictions("tensors", ZIPF_TEST), self.predictions("liblinear", ZIPF_TEST))
        self.assertEqual(read(self.path("tensors"))[0]["metadata.liblinear_solver"], "L2R_LR")

    @unittest.skipIf(safetensors is None, "Python's safetensors is not installed")
    def test_the_reference_reader_agrees(self):
        self.run_program("train", DIGITS, "--objective", "softmax", "--bias", "--epochs", 2, "--model", "m", "--model-format", "safetensors", "--quiet")
        theirs = safetensors.numpy.load_file(self.path("m"))
        metadata, mine = read(self.path("m"))
        self.assertEqual(set(theirs), set(mine))
        for name, (shape, values) in mine.items():
            self.assertEqual((list(theirs[name].shape), list(theirs[name].reshape(-1))), (shape, list(values)))
        with safetensors.safe_open(self.path("m"), framework="np") as opened:
            self.assertEqual(opened.metadata(), metadata)

    def test_files_of_other_programs_and_damaged_ones_are_refused(self):
        def file_of(header, data=b""):
            text = json.dumps(header).encode()
            return struct.pack("<Q", len(text)) + text + data

        torch = {"0.weight": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}}
        self.write("torch", file_of(torch, bytes(8)))
        done = self.run_program("predict", ZIPF_TEST, "--model", "torch", code=3)
        self.assertIn("torch: its tensors alone do not make a model: the metadata lack 'objective', 'features', 'labels'; give", done.stderr)
        self.run_program("train", ZIPF, "--epochs", 1, "--scheme", "sequential", "--model", "m", "--model-format", "safetensors", "--quiet")
        whole = self.path("m").read_bytes()
        chosen = random.Random(1)
        for size in [0, 7, 8, 9, len(whole) - 1, *(chosen.randrange(len(whole)) for _ in range(20))]:
            self.write("cut", whole[:size])
            self.run_program("convert-model", "cut", "out", "--to", "peccary", code=3)
        self.assertFalse(self.path("out").exists())
        self.assertIn("are the same file", self.run_program("convert-model", "m", "m", "--to", "peccary", code=2).stderr)
        self.assertIn("--to", self.run_program("convert-model", "m", "out", "--to", "onnx", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
