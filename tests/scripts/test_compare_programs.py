#!/usr/bin/env python3
"""Two programs are compared: one with itself, which is the same, and with one that has another seed, which is not.

The program's path is in the environment variable PECCARY.
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "compare-programs"
PROGRAM = os.environ["PECCARY"]
FEW = "^(serial/logistic/sparse/sequential,batch=1/l2|virtual/hogwild/delay=exponential|diagnose/atomic/logistic/sparse|step/softmax/dense/seq)"


def compare(*arguments):
    return subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)


class ComparePrograms(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)

    def program(self, body):
        path = self.directory / "other"
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def test_a_program_makes_the_same_as_itself(self):
        sums = self.directory / "sums"
        done = compare(PROGRAM, PROGRAM, "--only", "bits", "--cases", FEW, "--save", sums)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        *lines, summary = done.stdout.splitlines()
        self.assertGreater(len(lines), 8)
        self.assertRegex(summary, rf"^{len(lines)} cases: {len(lines)} the same, 0 differ ")
        saved = sums.read_text(encoding="utf-8").splitlines()
        self.assertEqual([f"same     {line}" for line in saved], lines)
        self.assertTrue(all(re.match(r"[0-9a-f]{16}  \S", line) for line in saved))

    def test_interrupted_runs(self):
        done = compare(PROGRAM, PROGRAM, "--only", "bits", "--cases", "^resume/logistic/sparse/synchronous/plain$")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_differs_is_named(self):
        other = self.program(f'[ "$1" = train ] && exec "{PROGRAM}" "$@" --seed 9\nexec "{PROGRAM}" "$@"')
        done = compare(PROGRAM, other, "--only", "bits", "--cases", "^serial/logistic/sparse/sequential,batch=1/l2=weak$")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"DIFFERS  [0-9a-f]{16}  serial/\S+: model\.arrays\.weights\[1\]: \d+ of 2000 numbers differ, by up to ")
        self.assertIn("1 cases: 0 the same, 1 differ ", done.stdout)

    def test_a_program_that_fails(self):
        other = self.program("echo 'no such luck' >&2; exit 1")
        done = compare(PROGRAM, other, "--only", "bits", "--cases", "^serial/logistic/sparse/sequential,batch=1/l2=weak$")
        self.assertEqual(done.returncode, 1)
        self.assertIn(": NEW failed: exit code 1: no such luck", done.stdout)

    def test_times(self):
        data = self.directory / "data"
        data.mkdir()
        subprocess.run([PROGRAM, "generate", "zipf", "--rows", "2000", "--features", "300", "--output", data / "text"], check=True)
        done = compare(PROGRAM, PROGRAM, "--data", data, "--only", "times", "--sets", "text", "--rounds", "1", "--cases", "sequential")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^\| text, sequential \| [0-9.e-]+ \| [0-9.e-]+ \| ([0-9.]+) \| \1 \| \1 \|$")
        self.assertRegex(done.stdout, r"Two independent runs of one thread at once have [0-9.]+ times the rate of one alone")
        self.assertIn("Not there: MNIST, a9a, imdb.train.", done.stdout)


if __name__ == "__main__":
    unittest.main()
