#!/usr/bin/env python3
"""bench/peers/networks times what it says, on made images, with PyTorch where it is installed.

The environment variable PECCARY names the built program.
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

NETWORKS = Path(__file__).resolve().parents[2] / "bench" / "peers" / "networks"


def write_idx(path, values, *shape):
    path.write_bytes(struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + bytes(values))


class Networks(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        draw = random.Random(1)
        labels = [i % 2 for i in range(200)]
        pixels = [draw.randrange(100) + 100 * label for label in labels for _ in range(16)]
        write_idx(self.path("made-images-idx3-ubyte"), pixels, 200, 4, 4)
        write_idx(self.path("made-labels-idx1-ubyte"), labels, 200)

    def path(self, name):
        return Path(self.directory.name, name)

    def networks(self, *options):
        return subprocess.run([sys.executable, "-B", NETWORKS, self.path("made-images-idx3-ubyte"), self.path("made-labels-idx1-ubyte"), "--peccary", os.environ["PECCARY"],
                               "--layers", "8", "--batches", "16", "--schemes", "hogwild", "--rounds", "2", *options],
                              capture_output=True, text=True, check=False)

    def test_the_table_has_a_line_for_each_contestant_and_ratios_to_serial_descent(self):
        done = self.networks("--json", self.path("out.json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertTrue(lines[2].startswith("| 16 | sequential, 1 worker |") and lines[2].endswith("| 1.00 (1.00 to 1.00) |"), done.stdout)
        self.assertTrue(lines[3].startswith("| 16 | hogwild, 2 workers |"), done.stdout)
        self.assertEqual(len(lines), 4 if "no Python with PyTorch" in done.stderr else 5)
        figures = json.loads(self.path("out.json").read_text(encoding="utf-8"))
        self.assertEqual([len(rounds) for rounds in figures["seconds"]["16"].values()], [2] * (len(lines) - 2))

    def test_a_run_that_fails_is_an_error_with_its_message(self):
        done = self.networks("--schemes", "nonsense")
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown scheme 'nonsense'", done.stderr)


if __name__ == "__main__":
    unittest.main()
