"""What the program's tests share: running it, and the data that ships with the project.

The program's path is in the environment variable PECCARY; PECCARY_UPLOT is ON if uPlot is embedded in it,
and PECCARY_SANITIZER names the sanitizer that it runs under, if any.
"""

import contextlib
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["PECCARY"]
UPLOT = os.environ.get("PECCARY_UPLOT") == "ON"
SANITIZED = os.environ.get("PECCARY_SANITIZER", "") != ""  # and so 5 to 20 times as slow
TOP = Path(__file__).resolve().parent.parent.parent
ZIPF = TOP / "data" / "zipf.svm"
ZIPF_TEST = TOP / "data" / "zipf.test.svm"
DIGITS = TOP / "data" / "digits.csv"
DIGITS_TEST = TOP / "data" / "digits.test.csv"


class ProgramTest(unittest.TestCase):
    """Each test has a fresh directory, `self.directory`, which is also where the program runs."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = Path(scratch.name)

    def run_program(self, *arguments, code=0, stdin=b"", **more):
        """Runs to the end; fails the test unless the exit code is `code`. Output is text."""
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], input=stdin, cwd=self.directory, timeout=240,
            stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **more,
        )
        done.stdout = (done.stdout or b"").decode()
        done.stderr = done.stderr.decode()
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *arguments):
        """Starts the program with its standard error in the file `stderr`; it is killed at the end of the test if it still runs."""
        with open(self.directory / "stderr", "wb") as errors:
            child = subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.directory, stdout=subprocess.DEVNULL, stderr=errors)

        def stop():
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            child.wait()

        self.addCleanup(stop)
        return child

    def path(self, name):
        return self.directory / name

    def write(self, name, text):
        self.path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.path(name)

    def files(self):
        return sorted(path.name for path in self.directory.iterdir())

    def log(self, name):
        return [json.loads(line) for line in self.path(name).read_text().splitlines()]

    def figure(self, done, name):
        """A number of the closing table."""
        return float(re.search(rf"^{name} +(?:loss )?([0-9.e+-]+)", done.stdout, re.MULTILINE)[1])
